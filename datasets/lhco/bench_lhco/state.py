"""Whether a file was touched."""

from __future__ import annotations

from pathlib import Path

from bench import InputError


def state_of(path: Path) -> tuple[int, ...]:
    """What is different after a file was touched: size, inode, times of change.

    Raises:
        InputError: no such file, or something that is no file, such as a pipe.
    """
    if not path.is_file():
        problem = "not a regular file" if path.exists() else "no such file"
        raise InputError(f"{path}: {problem}, wanted a file of events")
    state = path.stat()
    return (state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns)
