"""Labels in a text file, one a line, such as the master keys of the black boxes."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from re import fullmatch
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.values import choice

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAX_LINE = 64  # bytes
NUMBER = r" *[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)? *"


def read_key(path: Path, events: int, allowed: Sequence[int] = (0, 1, 2)) -> NDArray[np.int8]:
    """The labels of all events: (events,), 0 background, 1 and more the kinds of signal.

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
            raise InputError(f"{path}: line {number} is {line[:40]!r}, wanted {choice(allowed)}")
    return np.fromiter((labels[line] for line in lines), dtype=np.int8, count=events)


def _lines(path: Path, events: int) -> list[str]:
    if not path.is_file():
        raise InputError(f"{path}: no such file, wanted {events} labels, one a line")
    if (size := path.stat().st_size) > MAX_LINE * (events + 1):
        raise InputError(f"{path}: {size} bytes are too many for a label for {events} events")
    try:
        text = path.read_bytes().decode("ascii")
    except UnicodeDecodeError as e:
        raise InputError(f"{path}: not plain ASCII, wanted one label a line") from e
    if "\r" in text:
        raise InputError(f"{path}: has carriage returns, wanted lines that end in a line feed")
    lines = text.rstrip("\n")
    return lines.split("\n") if lines else []


def _number(line: str) -> float:
    return float(line) if fullmatch(NUMBER, line) else nan
