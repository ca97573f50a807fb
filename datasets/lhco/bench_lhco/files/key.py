"""The master keys of the black boxes: text files with one label a line."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAX_LINE = 64  # bytes


def read_key(path: Path, events: int, allowed: Sequence[int] = (0, 1, 2)) -> NDArray[np.int8]:
    """The labels of a black box: (events,), 1 signal (where the key has 1 or 2), 0 background.

    Raises:
        InputError: no such file, a line that is no label, or not one line for each event.
    """
    import numpy as np

    lines = _lines(path, events)
    if len(lines) != events:
        raise InputError(f"{path}: {len(lines)} labels, wanted {events}, one for each event")
    labels = {line: _number(line) for line in set(lines)}
    for number, line in enumerate(lines, start=1):
        if labels[line] not in allowed:
            wanted = ", ".join(str(label) for label in allowed)
            raise InputError(f"{path}: line {number} is {line[:40]!r}, wanted one of {wanted}")
    return np.fromiter((labels[line] > 0 for line in lines), dtype=np.int8, count=events)


def _lines(path: Path, events: int) -> list[str]:
    if not path.is_file():
        raise InputError(f"{path}: no such file, wanted a master key with {events} lines")
    if (size := path.stat().st_size) > MAX_LINE * (events + 1):
        raise InputError(f"{path}: {size} bytes are too many for a label for {events} events")
    try:
        return path.read_text(encoding="ascii").rstrip().splitlines()
    except UnicodeDecodeError as e:
        raise InputError(f"{path}: not a text file, wanted a master key, one label a line") from e


def _number(line: str) -> float:
    try:
        return float(line)
    except ValueError:
        return nan
