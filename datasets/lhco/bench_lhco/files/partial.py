"""A file that is on its way: what has arrived of it, hashed as it comes."""

from __future__ import annotations

from hashlib import md5, sha256
from pathlib import Path

from bench import InputError, Progress, demand_held
from bench_lhco.files.sha256 import BLOCK


class Partial:
    """The first bytes of a file, kept in `<name>.part` with the ETag they belong to."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.part")
        self._tag_file = path.with_name(f"{path.name}.part.etag")
        self._forget()
        self._file = self.path.open("ab")
        self._hash_all()

    def __enter__(self) -> Partial:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, block: bytes) -> None:
        """Add the bytes that come next, as long as nobody else has taken the download over."""
        demand_held(surely=False)
        self._file.write(block)
        self._file.flush()  # so that none is left to be written later
        self._count(block)

    def restart(self, tag: str | None) -> None:
        """Drop what has arrived; what comes now belongs to this ETag, if there is one."""
        self._file.truncate(0)
        self._forget()
        self._tag_file.unlink(missing_ok=True)
        if tag:
            self._tag_file.write_text(tag, encoding="utf-8")

    def tag(self) -> str | None:
        """The ETag that what has arrived belongs to, if it is one that stands for the bytes."""
        if not self._tag_file.is_file():
            return None
        tag = self._tag_file.read_text(encoding="utf-8", errors="replace")
        return tag if tag.startswith('"') and tag.isprintable() else None

    def verify(self, url: str, expected: dict[str, str]) -> None:
        """Compare the digests with those expected, by their names, and drop the bytes if wrong.

        Raises:
            InputError: not the expected bytes.
        """
        actual = {"md5": self.md5.hexdigest(), "sha256": self.sha256.hexdigest()}
        for name, digest in expected.items():
            if actual[name] != digest.lower():
                self.remove()
                raise InputError(
                    f"{url}: {name} of what was downloaded is {actual[name]}, wanted {digest};"
                    " it was removed"
                )

    def remove(self) -> None:
        """Drop what has arrived, and its file."""
        self._file.close()
        self.path.unlink(missing_ok=True)
        self._tag_file.unlink(missing_ok=True)

    def finish(self) -> Path:
        """Close the whole file, which is to be moved into its place; gives where it is."""
        self._file.close()
        self._tag_file.unlink(missing_ok=True)
        return self.path

    def _forget(self) -> None:
        self.md5 = md5(usedforsecurity=False)
        self.sha256 = sha256()
        self.size = 0  # bytes

    def _count(self, block: bytes) -> None:
        self.md5.update(block)
        self.sha256.update(block)
        self.size += len(block)

    def _hash_all(self) -> None:
        with self.path.open("rb") as f:
            while block := f.read(BLOCK):
                self._count(block)


def digests(path: Path, progress: Progress) -> dict[str, str]:
    """The md5 and the sha256 of a file's bytes by name, in hexadecimal."""
    hashes = {"md5": md5(usedforsecurity=False), "sha256": sha256()}
    with path.open("rb") as f, progress(f"verify {path.name}", path.stat().st_size) as bar:
        while block := f.read(BLOCK):
            for digest in hashes.values():
                digest.update(block)
            bar.advance(len(block))
    return {name: digest.hexdigest() for name, digest in hashes.items()}
