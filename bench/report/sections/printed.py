"""Figures that an author printed, computed again from the counts printed beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.api.errors import DamagedError
from bench.api.scores import Estimate
from bench.report.blocks import Block, Heading, TableBlock, Text, plain
from bench.storage.store import Run


@dataclass(frozen=True)
class Misprint:
    """A printed figure that its counts do not give."""

    name: str
    printed: str
    value: float
    meant: str
    """What the printed number is instead, as far as it can be seen."""


def printed(runs: Sequence[Run]) -> list[Block]:
    """A table of the figures that do not follow from their counts; nothing where none is given."""
    given = [run for run in runs if run.record.outside and run.record.outside.printed]
    if not given:
        return []
    checked, rows = 0, []
    for run in sorted(given, key=lambda run: (run.record.created, run.record.setting, run.name)):
        outside, sample = run.record.outside, run.record.sample
        assert outside is not None
        assert sample is not None
        try:
            estimates = run.metrics().estimates
        except DamagedError:
            continue
        checked += sum(len(_printings(text)) for text in outside.printed.values())
        for slip in misprints(outside.printed, estimates, outside.tolerance):
            about = (run.record.created[:10], run.record.setting, f"{sample.label} {sample.size}")
            decimals = len(slip.printed.partition(".")[2])
            recomputed = f"{slip.value:.{max(decimals, 2)}f}"
            cells = (slip.name.replace("_", " "), slip.printed, recomputed, slip.meant)
            rows.append([plain(text) for text in (*about, *cells)])
    summary = (
        f"Of {checked} printed figures {checked - len(rows)} follow from the counts printed beside "
        f"them, {len(rows)} do not."
    )
    blocks: list[Block] = [Heading("Printed figures, computed again"), Text(summary)]
    headings = ("date", "model", "sample", "figure", "printed", "recomputed", "what it is")
    return [*blocks, TableBlock("printed", headings, rows)] if rows else blocks


def misprints(
    figures: Mapping[str, str], estimates: Mapping[str, Estimate], tolerance: float = 0.0
) -> list[Misprint]:
    """The printed figures, by name of the estimate, that are further off than rounding explains."""
    wrong: dict[str, tuple[str, float]] = {}
    slips = []
    for name, texts in sorted(figures.items()):
        value = estimates[name].value if name in estimates else None
        for text in _printings(texts):
            if value is None:
                slips.append(Misprint(name, text, float("nan"), "no figure of the bench"))
            elif not _agrees(text, value, tolerance):
                wrong[name] = (text, value)
                slips.append(Misprint(name, text, value, _meant(name, text, estimates)))
    return [_swapped(slip, wrong) for slip in slips]


def _printings(texts: str) -> list[str]:
    return [text.strip() for text in texts.split(";") if re.fullmatch(r"[\d.]+", text.strip())]


def _agrees(text: str, value: float, tolerance: float) -> bool:
    """Whether a number is a value, rounded or cut to the number's decimals."""
    step = 10.0 ** -len(text.partition(".")[2])
    return abs(float(text) - value) <= step / 2 + tolerance + 1e-9


def _meant(name: str, text: str, estimates: Mapping[str, Estimate]) -> str:
    """The other figures of the same counts that would be printed so, those of its class first."""
    label = name.rpartition("_")[2]
    same = [
        other
        for other, estimate in estimates.items()
        if other != name
        and other.partition("_")[0] in ("precision", "recall", "f1", "accuracy")
        and estimate.value is not None
        and _agrees(text, estimate.value, 0.0)
    ]
    same.sort(key=lambda other: (not other.endswith(label), other))
    return f"the {same[0].replace('_', ' ')}" if same else "none of these counts' figures"


def _swapped(slip: Misprint, wrong: Mapping[str, tuple[str, float]]) -> Misprint:
    """Two wrong figures, each of which is the other one's value."""
    for name, (text, value) in wrong.items():
        crossed = _agrees(slip.printed, value, 0.0) and _agrees(text, slip.value, 0.0)
        if name != slip.name and crossed:
            meaning = f"swapped with {name.replace('_', ' ')}"
            return Misprint(slip.name, slip.printed, slip.value, meaning)
    return slip
