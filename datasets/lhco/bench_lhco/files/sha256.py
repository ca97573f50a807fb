"""Keeps the sha256 of a file beside it."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from re import fullmatch

from bench import InputError, Progress, write_bytes

BLOCK = 2**20  # bytes
DIGITS = 64
SHOWN = 16
"""Digits that an error shows."""


def file_sha256(path: Path, progress: Progress) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as f, progress(f"sha256 of {path.name}", path.stat().st_size) as bar:
        while block := f.read(BLOCK):
            digest.update(block)
            bar.advance(len(block))
    return digest.hexdigest()


def record_sha256(path: Path, digest: str) -> None:
    """Write a file's sha256 beside it, in the form that `sha256sum --check` reads."""
    write_bytes(_beside(path), f"{digest}  {path.name}\n".encode())
    with suppress(OSError):  # what was announced says the same, and does no harm where it stays
        withdraw_sha256(path)


def announce_sha256(path: Path, digest: str) -> None:
    """Write down what a file's sha256 is about to be, before the file takes its place.

    Until that is recorded, the file may be as it was recorded or as it was announced: so it can be
    proved whenever the process that replaces it is killed.
    """
    write_bytes(_announced(path), f"{digest}  {path.name}\n".encode())


def withdraw_sha256(path: Path) -> None:
    """Remove what was announced, as it is recorded now or does not come."""
    _announced(path).unlink(missing_ok=True)


def forget_sha256(path: Path) -> None:
    """Remove the recorded sha256 of a file that is to change."""
    _beside(path).unlink(missing_ok=True)
    withdraw_sha256(path)


def recorded_sha256(path: Path) -> str | None:
    """The sha256 recorded beside a file, or None.

    Raises:
        InputError: the record is not one.
    """
    return _read(_beside(path))


def announced_sha256(path: Path) -> str | None:
    """The sha256 of what was to take a file's place when that was cut off, or None.

    Raises:
        InputError: it is none.
    """
    return _read(_announced(path))


def _read(beside: Path) -> str | None:
    if not beside.is_file():
        return None
    with beside.open("rb") as f:
        words = f.read(DIGITS + 1).decode("ascii", errors="replace").split()
    if len(words) != 1 or not fullmatch(f"[0-9a-f]{{{DIGITS}}}", words[0]):
        raise InputError(f"{beside}: no sha256 in it, wanted {DIGITS} hexadecimal digits")
    return words[0]


def demand_recorded(
    path: Path, digest: str, published: str | None = None, way_out: str = ""
) -> str | None:
    """Refuse a file whose bytes are not those that are on record; gives the record beside it.

    What was announced is as good as recorded, where the file has come to its place. Where the
    recorded or published sha256 holds, an announcement is a left-over, whatever it says.

    Args:
        path: the file.
        digest: its sha256 as it is.
        published: its sha256 where that is known from elsewhere.
        way_out: what to do about it, after a semicolon.

    Raises:
        InputError: another sha256 is recorded beside the file, or was published.
    """
    recorded = recorded_sha256(path)
    if recorded != digest and (recorded or published != digest):
        announced = announced_sha256(path)
        if recorded is None or announced == digest:
            recorded = announced
    for expected, where in ((recorded, "recorded beside it"), (published, "published")):
        if expected not in (None, digest):
            raise InputError(
                f"{path}: its sha256 is {digest[:SHOWN]}..., "
                f"wanted {expected[:SHOWN]}... as {where}{way_out}"
            )
    return recorded


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _announced(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256.next")
