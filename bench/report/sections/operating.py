"""Bare operating points, of which no scores are known: what their counts alone can say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bench.api.errors import DamagedError
from bench.api.scores import Counts
from bench.comparison.binormal import OperatingPoint
from bench.comparison.points import CommonRoc, common_roc, separable_pairs
from bench.report.blocks import Block, Heading, TableBlock, Text, counted, estimated, plain
from bench.report.sections.everything import FEW_SIGNAL
from bench.storage.store import Run

FIGURES = {"recall_signal": "ε_S", "recall_background": "1 - ε_B", "sic": "SIC"}


def operating(runs: Sequence[Run]) -> list[Block]:
    """A section for each kind of sample that several bare operating points were taken on."""
    bare = sorted((run for run in runs if run.record.bare and _sound(run)), key=_place)
    blocks: list[Block] = []
    for title, same in groupby(bare, _title):
        points = list(same)
        if len(points) > 1:
            blocks += _section(title, points)
    return blocks


def _section(title: str, runs: Sequence[Run]) -> list[Block]:
    counts = [run.metrics().counts for run in runs]
    points = [_point(own) for own in counts]
    sentences = [_same_roc(runs, common_roc(points), len(points)), _pairs(points)]
    if min(point.signal for point in points) < FEW_SIGNAL:
        least, most = (pick(point.signal for point in points) for pick in (min, max))
        few = f"{least}" if least == most else f"{least} to {most}"
        sentences.append(f"With {few} signal events hardly anything can be told apart.")
    rows = []
    for run in runs:
        estimates = run.metrics().estimates
        about = [plain(run.record.created[:10]), plain(run.record.setting)]
        rows.append([*about, *(estimated(estimates.get(name)) for name in FIGURES)])
        counted_by = run.metrics().counts
        rows[-1].append(counted(counted_by.unjudged))
    headings = ["date", "model", *FIGURES.values(), "no answer"]
    name = "points-" + "".join(c if c.isalnum() else "-" for c in title.lower())
    return [
        Heading(f"Operating points: {title}"),
        TableBlock(name, headings, rows),
        Text(" ".join(sentences)),
    ]


def _same_roc(runs: Sequence[Run], common: CommonRoc | None, points: int) -> str:
    if common is None:
        if points < 4:
            return "Too few points to fit a ROC to."
        return (
            f"These {points} points are not on one ROC, nor are three in four of them: they differ "
            "by more than their threshold."
        )
    off = ", ".join(
        f"{run.record.setting} of {run.record.created[:10]}" for run in _at(runs, common)
    )
    left_out = f" Not on it: {off}." if off else ""
    return common.fit.sentence + left_out


def _at(runs: Sequence[Run], common: CommonRoc) -> list[Run]:
    return [runs[i] for i in common.off]


def _pairs(points: Sequence[OperatingPoint]) -> str:
    separable = separable_pairs(points)
    numbers = "; ".join(
        f"{one.alone} by {one.what} ({one.together} with Holm's correction)" for one in separable
    )
    pairs = f"{separable[0].pairs} pair{'' if separable[0].pairs == 1 else 's'}"
    return (
        f"Of {pairs}, separable at 95 %: {numbers} (Fisher's exact test on ε_S and "
        "ε_B, a normal test on ln SIC; the points are taken as independent, as counts do not say "
        "which events were decided alike)."
    )


def _point(counts: Counts) -> OperatingPoint:
    return OperatingPoint(
        true_signal=counts.true_signal,
        signal=counts.signal,
        false_signal=counts.false_signal,
        background=counts.background,
    )


def _title(run: Run) -> str:
    sample = run.record.sample
    assert sample is not None
    return f"{sample.label} {sample.size}"


def _place(run: Run) -> tuple[str, str, str]:
    return _title(run), run.record.created, run.record.setting


def _sound(run: Run) -> bool:
    try:
        counts = run.metrics().counts
    except DamagedError:
        return False
    return run.record.sample is not None and min(counts.signal, counts.background) > 0
