"""The files of one import, and where the labels of their events come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from bench import Context, InputError, Split
from bench_lhco.files import read_key
from bench_lhco.files.inspect import isolated
from bench_lhco.files.values import label_faults, refuse
from bench_lhco.files.writer import LABELS
from bench_lhco.imported.divided import REFERENCE, splits_of
from bench_lhco.imported.readers import read
from bench_lhco.imported.readers.npy import is_npy, label_array
from bench_lhco.imported.stream import Foreign, Head, Slice

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_EVENTS = 10_000_000
"""Events of an import; the largest published file has 1.1 million."""
Faults = Callable[["NDArray[np.float32]"], dict[str, "NDArray[np.bool_]"]]
"""Which events of a slice are invalid, by what is wrong with them."""


@dataclass(frozen=True)
class Portion:
    """One file, and the labels of its events where it has no label column."""

    foreign: Foreign
    given: int | Path | None = None
    """One label for all, or a file with a label a line: then it must have no label column."""
    assumed: int | None = None
    """The label of all where neither the file nor the user says one."""
    allowed: Sequence[int] = LABELS
    """The labels that there may be."""
    part: Split = Split.OPEN
    """Of a published division, where a file is one."""
    meanings: Mapping[str, Split] = field(default_factory=dict)
    """What the values of the column of splits mean."""


@dataclass
class Tally:
    """What the events that were read amount to."""

    labels: Counter[int] = field(default_factory=Counter)
    skipped: int = 0
    """Invalid ones that were left out."""
    dropped: int = 0
    """Particles beyond the hardest 700 of their event."""
    repeated: int = 0
    """Events that are equal to an earlier one in all features."""
    shared: int = 0
    """Events that are in another part of a published division too."""
    splits: list[NDArray[np.int8]] = field(default_factory=list)
    """What a published division says of each event, slice by slice."""

    @property
    def events(self) -> int:
        """How many are kept."""
        return self.labels.total()


@dataclass(frozen=True)
class Opened:
    """A file that is being read."""

    portion: Portion
    head: Head
    slices: Iterator[Slice]

    @property
    def file(self) -> Path:
        """Where it is."""
        return self.portion.foreign.file

    @property
    def split(self) -> str | None:
        """The column that says which split an event belongs to, if there is one."""
        return self.portion.foreign.split or self.head.split

    @property
    def divided(self) -> bool:
        """Whether anything says which split an event belongs to."""
        return self.portion.part != Split.OPEN or self.split is not None


@contextmanager
def opened_portion(portion: Portion) -> Iterator[Opened]:
    """A file, read in a child process that ends with the block."""
    foreign = portion.foreign
    stream = cast("Generator[Head | Slice]", isolated(read, foreign.file, foreign))
    with closing(stream):
        yield Opened(portion, cast("Head", next(stream)), cast("Iterator[Slice]", stream))


def labelled(
    opened: Opened, faults: Faults, tally: Tally, context: Context, *, skip: bool
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int8]]]:
    """The values and labels of a file's events, slice by slice, each one valid.

    Args:
        opened: the file.
        faults: what may be wrong with values.
        tally: counts what comes.
        context: its `progress` shows how far the work is.
        skip: whether invalid events are left out instead of refused.

    Raises:
        InputError: an invalid event, no labels, or labels from two places.
    """
    portion, head, file, start = opened.portion, opened.head, opened.file, 0
    _demand_bounded(file, head.events or 0)
    given = _given(portion, head)
    with context.progress(f"events of {file.name}", head.events or 0) as bar:
        for part in opened.slices:
            labels = _labels(portion, part, given, start)
            refuse(file, label_faults(labels, portion.allowed), start, len(part))
            bad = faults(part.values)
            good = np.ones(len(part), dtype=bool)
            if bad and skip:
                good = ~np.logical_or.reduce(list(bad.values()))
                tally.skipped += int(np.count_nonzero(~good))
            else:
                refuse(file, bad, start, len(part))
            start += len(part)
            _demand_bounded(file, start)
            tally.splits.append(_splits(opened, part)[good])
            chosen = labels[good].astype(np.int8)
            tally.labels.update(chosen.tolist())
            tally.dropped += part.dropped
            bar.advance(len(part))
            yield part.values[good], chosen
    if isinstance(given, np.ndarray) and start != len(given):
        raise InputError(f"{portion.given}: {len(given)} labels, {file} has {start} events")


def _demand_bounded(file: Path, events: int) -> None:
    """Refuse more events than an import may have.

    Raises:
        InputError: how many there are.
    """
    if events > MOST_EVENTS:
        raise InputError(f"{file}: {events} events or more, wanted at most {MOST_EVENTS}")


def _splits(opened: Opened, part: Slice) -> NDArray[np.int8]:
    """What is said of the split of each event of a slice: (n,)."""
    portion, column = opened.portion, opened.split
    whole = np.full(len(part), portion.part, dtype=np.int8)
    if column is None or part.splits is None:
        return whole
    later = (more.splits for more in opened.slices if more.splits is not None)
    meanings = REFERENCE if portion.foreign.split is None else portion.meanings
    splits = splits_of(opened.file, column, part.splits, meanings, later)
    if portion.part == Split.OPEN:
        return splits
    if ((splits == Split.TRAIN) != (portion.part == Split.TRAIN)).any():
        raise InputError(
            f"{opened.file}: is given as the {portion.part.name.lower()} part, and has events of"
            f" another one by its column {column!r}; wanted the right file, or --without-column"
            f" {column}"
        )
    return whole


def _given(portion: Portion, head: Head) -> NDArray[np.int8] | int | None:
    if not isinstance(portion.given, Path):
        return portion.given
    if not portion.given.is_file():
        raise InputError(f"{portion.given}: no such file, wanted a label a line")
    if is_npy(portion.given):
        (labels,) = isolated(label_array, portion.given)
        refuse(portion.given, label_faults(labels, LABELS), 0, len(labels))
        return labels.astype(np.int8)
    lines = head.events
    if lines is None:
        with portion.given.open("rb") as stream:
            full = (n for n, line in enumerate(stream, start=1) if line != b"\n")
            lines = max(full, default=0)  # empty lines at the end are none
    return read_key(portion.given, lines, LABELS)


def _labels(
    portion: Portion, part: Slice, given: NDArray[np.int8] | int | None, start: int
) -> NDArray[np.float64] | NDArray[np.int8]:
    """The labels of a slice: (n,), not yet looked at."""
    file = portion.foreign.file
    if part.labels is not None:
        if given is not None:
            raise InputError(f"{file}: has a label column, wanted none beside the labels given")
        return part.labels
    if isinstance(given, np.ndarray):
        labels = given[start : start + len(part)]
        if len(labels) < len(part):
            raise InputError(f"{portion.given}: {len(given)} labels, {file} has more events")
        return labels
    label = portion.assumed if given is None else given
    if label is None:
        raise InputError(
            f"{file}: has no label column, wanted --label-column NAME, --label, --labels FILE or"
            " --signal-file"
        )
    return np.full(len(part), label, dtype=np.int8)
