"""The content hash of a file, remembered while the file is untouched."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import bench
from bench_lhco.files.sha256 import file_sha256
from bench_lhco.state import state_of


def known_digest(path: Path, memory: Path, progress: bench.Progress) -> str:
    """The SHA-256 of a file's bytes.

    An official file has gigabytes, so it is hashed again only when its size, its inode or one of
    its times says that it was touched; the time of the last change cannot be set by hand.

    Raises:
        InputError: there is no such file.
    """
    seen = list(state_of(path))
    note = memory / f"{sha256(str(path.absolute()).encode()).hexdigest()[:32]}.json"
    try:
        remembered = json.loads(note.read_bytes())
        digest = str(remembered["sha256"])
        if remembered["seen"] == seen and remembered["seal"] == _seal(seen, digest):
            return digest
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not remembered, or half of it: the file itself is asked
    digest = file_sha256(path, progress)
    memory.mkdir(parents=True, exist_ok=True)
    content = {"seen": seen, "sha256": digest, "seal": _seal(seen, digest)}
    bench.write_bytes(note, json.dumps(content).encode())
    return digest


def _seal(seen: list[int], digest: str) -> str:
    """What tells a note that was damaged from a sound one."""
    return bench.digest([seen, digest])
