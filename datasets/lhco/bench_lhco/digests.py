"""The content hash of a file, remembered while the file is untouched."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import bench


def known_digest(path: Path, memory: Path) -> str:
    """The SHA-256 of a file's bytes.

    An official file has gigabytes, so it is hashed again only when its size, its inode or one of
    its times says that it was touched; the time of the last change cannot be set by hand.

    Raises:
        InputError: there is no such file.
    """
    if not path.is_file():
        raise bench.InputError(f"{path}: no such file")
    state = path.stat()
    seen = [state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns]
    note = memory / f"{sha256(str(path.absolute()).encode()).hexdigest()[:32]}.json"
    try:
        remembered = json.loads(note.read_text())
        if remembered["seen"] == seen:
            return str(remembered["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not remembered, or half of it: the file itself is asked
    digest = bench.file_digest(path)
    memory.mkdir(parents=True, exist_ok=True)
    bench.write_bytes(note, json.dumps({"seen": seen, "sha256": digest}).encode())
    return digest
