"""Validates a whole file of events and says what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench import Context, InputError
from bench_lhco.events import event_ids
from bench_lhco.files.layout import Layout, read_layout
from bench_lhco.files.provenance import provenance
from bench_lhco.files.reader import Slice, raw_slices
from bench_lhco.files.sha256 import file_sha256, recorded_sha256

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SIZE = 1000
"""Events looked at together."""


@dataclass(eq=False)
class _Seen:
    """What the slices looked at so far amount to."""

    signal: int = 0
    ids: list[NDArray[np.uint64]] = field(default_factory=list)
    counts: list[NDArray[np.int64]] = field(default_factory=list)  # particles an event
    lowest: float = float("inf")  # GeV
    highest: float = 0.0  # GeV
    bad: int = 0
    first: str = ""

    def add(self, part: Slice) -> None:
        import numpy as np

        if part.faults:
            self._add_faults(part)
            return
        pt = part.particles[:, :, 0]
        present = pt[pt > 0]
        self.signal += int(part.y.sum())
        self.ids.append(event_ids(part.particles))
        self.counts.append(np.count_nonzero(pt, axis=1))
        self.lowest = min(self.lowest, float(present.min()))
        self.highest = max(self.highest, float(present.max()))

    def _add_faults(self, part: Slice) -> None:
        import numpy as np

        bad = np.logical_or.reduce(list(part.faults.values()))
        if not self.bad:
            row = int(bad.argmax())
            what = next(what for what, where in part.faults.items() if where[row])
            self.first = f"event {part.start + row} has {what}"
        self.bad += int(np.count_nonzero(bad))


def check(
    path: Path,
    context: Context,
    *,
    labels: NDArray[np.int8] | int | None = None,
    allowed: Sequence[int] = (0, 1),
) -> list[str]:
    """Validate every event of a file; gives what was found, a line each.

    Args:
        path: a file in the official layout.
        context: its `progress` shows how far the work is.
        labels: for a file without a label column, as for `slices`.
        allowed: the labels that the label column may hold.

    Raises:
        InputError: what is wrong with the file: for its events the first bad one and how many
            there are; a sha256 other than the one recorded beside the file.
    """
    layout = read_layout(path)
    seen = _Seen()
    with context.progress(f"events of {path.name}", layout.events) as bar:
        for part in raw_slices(path, SIZE, labels=labels, allowed=allowed):
            seen.add(part)
            bar.advance(len(part.y))
    if seen.bad:
        raise InputError(
            f"{path}: {seen.first}; {seen.bad} of {layout.events} events are invalid, wanted none"
        )
    digest = file_sha256(path, context.progress)
    if (recorded := recorded_sha256(path)) not in (None, digest):
        raise InputError(f"{path}: sha256 is {digest}, wanted {recorded} as recorded beside it")
    beside = ", as recorded beside it" if recorded else ", none recorded beside it"
    return [*_lines(layout, seen), _origin(path), f"sha256: {digest}{beside}"]


def _lines(layout: Layout, seen: _Seen) -> list[str]:
    import numpy as np

    counts = np.concatenate(seen.counts)
    ids = np.concatenate(seen.ids)
    twice = len(ids) - len(np.unique(ids))
    packing = ", ".join(layout.filters) or "not packed"
    source = "label column" if layout.labelled else "no label column, labels from outside"
    background = layout.events - seen.signal
    return [
        f"layout: {layout.kind}, {layout.width} columns of {layout.dtype}, {packing}",
        f"events: {layout.events}, none invalid",
        f"labels: {seen.signal} signal, {background} background ({source})",
        f"particles an event: {counts.min()} to {counts.max()}, median {np.median(counts):g}",
        f"pt: {seen.lowest:.4g} to {seen.highest:.4g} GeV",
        f"duplicates: {twice} of {layout.events} events are there more than once",
    ]


def _origin(path: Path) -> str:
    found = provenance(path)
    if found is None:
        return "edition: not said in the file, so not one of ours"
    edition = found.pop("edition", "not said")
    details = "; ".join(f"{name} {value}" for name, value in found.items())
    return f"edition: {edition}" + (f" ({details})" if details else "")
