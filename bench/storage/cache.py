"""Content-addressed folders: computed once for a key, sealed by a manifest, verified when read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from bench.api.errors import DamagedError
from bench.storage.files import make_folder, naming, put_synced, sync_all, write_bytes
from bench.storage.fingerprint import file_digest
from bench.storage.locks import LockLostError, demand_held, locked
from bench.storage.machine import BUSY, TAKEN, wanted
from bench.storage.parse import read_json
from bench.storage.secrets import mask_files

MANIFEST = "manifest.json"
KEPT = "to keep what is computed"


def seal(folder: Path) -> None:
    """Write the manifest, the hash of every file in the folder, once all are on the disk.

    What plugins wrote has no secrets in it from here on.
    """
    import msgspec

    mask_files(folder)
    hashes = _hashes(folder)
    sync_all(folder)
    write_bytes(folder / MANIFEST, msgspec.json.encode(hashes, order="sorted"))


def verify(folder: Path) -> None:
    """Compare a folder with its manifest.

    Raises:
        DamagedError: it has none, or a file is missing, added, changed or cannot be read.
    """
    try:
        sealed = read_json(folder / MANIFEST, dict[str, str])
    except DamagedError as error:
        raise DamagedError(f"{folder}: no readable manifest") from error
    try:
        hashes = _hashes(folder)
    except OSError as error:
        if error.errno in BUSY:
            raise
        file = error.filename or folder
        raise DamagedError(f"{file} cannot be read: {error.strerror or error}") from error
    for name in sorted(sealed.keys() | hashes.keys()):
        if sealed.get(name) != hashes.get(name):
            raise DamagedError(f"{folder}: {name} is not what was sealed")


def put_sealed(draft: Path, folder: Path) -> None:
    """Seal a draft and put it in the place of a folder, where a power cut leaves it whole."""
    seal(draft)
    shutil.rmtree(folder, ignore_errors=True)
    put_synced(draft, folder)


def stored(
    root: Path,
    key: str,
    compute: Callable[[Path], None],
    notice: Callable[[str], None],
    *,
    beside: Sequence[Path] = (),
    changes: Callable[[Path], Sequence[str]] = lambda folder: (),
) -> tuple[Path, bool]:
    """The sealed folder of a key and whether it was there; computed where it is not, or damaged.

    `compute` fills an empty folder; what it raises goes through and leaves no entry. Where it
    writes files `beside` it, the folder counts as damaged without them. `changes` says what is
    another here than when a folder was made, a line each: such a folder is left to those for whom
    it holds, and one is made beside it.

    Where another process took it over, as this one stood still, it is waited for.

    Raises:
        MachineError: nothing can be locked, removed or written there.
    """
    with wanted(KEPT, root):
        make_folder(root)
    lock = root / f"{key}.lock"
    while True:
        try:
            with locked(lock, notice):
                if earlier := _earlier(root, key, notice, beside, changes):
                    return earlier, True
                return _computed(root, key, compute), False
        except LockLostError as error:
            if error.path != lock:
                raise
            notice(str(error))


def _earlier(
    root: Path,
    key: str,
    notice: Callable[[str], None],
    beside: Sequence[Path],
    changes: Callable[[Path], Sequence[str]],
) -> Path | None:
    """The folder of a key that is whole and holds here; what is damaged is removed."""
    changed: Sequence[str] = ()
    for folder in _made(root, key):
        try:
            verify(folder)
            _demand_there(folder, beside)
        except DamagedError as error:
            notice(f"{error}; it is made anew")
            with wanted("to remove what is damaged", folder):
                shutil.rmtree(folder)
            continue
        if not (changed := changes(folder)):
            _used(folder)
            return folder
    if changed:
        notice(f"{'; '.join(changed[:3])}: what was made with that is not reused")
    return None


def _computed(root: Path, key: str, compute: Callable[[Path], None]) -> Path:
    """Compute the folder of a key, and put it in its place; never over that of another process.

    Raises:
        LockLostError: another process has taken it over.
    """
    folder = root / key
    if folder.exists():
        folder = root / f"{key}-{uuid4().hex[:8]}"
    draft = root / f".{key}.{uuid4().hex}"
    with wanted(KEPT, root):
        draft.mkdir()
    try:
        with naming(folder):
            compute(draft)
        with wanted(KEPT, root):
            seal(draft)
            demand_held()
            try:
                put_synced(draft, folder)
            except OSError as error:
                if error.errno in TAKEN:  # in the moment since
                    raise LockLostError(root / f"{key}.lock") from error
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def find_sealed(root: Path, key: str, changes: Callable[[Path], Sequence[str]]) -> Path | None:
    """The sealed folder of a key, if one is there that is whole and holds here."""
    for folder in _made(root, key):
        with suppress(DamagedError):
            verify(folder)
            if not changes(folder):
                _used(folder)
                return folder
    return None


def _used(folder: Path) -> None:
    """Mark when an entry was last used, by which `bench clean` tells what may go."""
    with suppress(OSError):
        os.utime(folder)


def _made(root: Path, key: str) -> list[Path]:
    """The folders of a key: the first that was made, and those for other surroundings."""
    return [folder for folder in (root / key, *sorted(root.glob(f"{key}-*"))) if folder.exists()]


def _demand_there(folder: Path, beside: Sequence[Path]) -> None:
    for file in beside:
        if not file.is_file():
            raise DamagedError(f"{folder}: {file}, which belongs to it, is missing")


def _hashes(folder: Path) -> dict[str, str]:
    files = (f for f in folder.rglob("*") if f.is_file() and f != folder / MANIFEST)
    return {f.relative_to(folder).as_posix(): file_digest(f) for f in files}
