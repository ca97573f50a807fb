"""A comparison in words and tables: who stands against whom, the conclusion, the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.metrics.format import p_value
from bench.report.blocks import (
    Block,
    Cell,
    Heading,
    TableBlock,
    Text,
    counted,
    estimated,
    plain,
    valued,
)

if TYPE_CHECKING:
    from bench.twosample.comparison import Comparison, Separation
    from bench.twosample.features import FeatureDifference
    from bench.twosample.sides import Side

LEVEL = 0.05
SHORT, NAMED = 10, 12
"""Features that a short table shows; shared events that a text names."""

READING = """\
AUC is how often a classifier puts a random event of B over a random one of A (boosted trees, each
event asked of a fit that has not seen it, ranked within its fold): 0.5 is guessing, and then they
cannot be told apart by these features and this many events; 1 is never wrong. Its 95 % interval is
DeLong's with up to twice the variance, as the fits of the folds share events; which groups tell
them apart is said after Holm's correction over the groups. KS is the largest
difference of the two cumulative distributions of a feature; p is the chance of as large a one where
there is none, and Holm's correction counts how many features were looked at. Larger in B is how
often a feature is larger in an event of B than in one of A: 0.5 is no shift. Weights of events are
ignored. In the figures A is points and B a line, with 68 % Poisson errors; the outermost bins hold
what lies beyond, and an arrow is a ratio beyond its axis.
"""


def summary(comparison: Comparison) -> list[Block]:
    """What stands against what, and what may be concluded."""
    pair = comparison.pair
    lines: list[Block] = [
        Text(_side_sentence(name, side, comparison))
        for name, side in zip("AB", (pair.a, pair.b), strict=True)
    ]
    if len(pair.shared):
        names = [f"{event:016x}" for event in pair.shared[:NAMED]]
        more = len(pair.shared) - len(names)
        also = f" and {more} more" if more > 0 else ""
        left = "A" if pair.a.left_out else "B"
        text = f"Both hold {len(pair.shared)} of these events, which are left out of {left}: "
        lines.append(Text(f"{text}{', '.join(names)}{also}."))
    return [*lines, Text(conclusion(comparison.separations[0])), Text(worst(comparison))]


def conclusion(whole: Separation) -> str:
    """Whether the classifier tells the two apart by all features."""
    auc = whole.auc
    if auc.value is None or auc.low is None or auc.high is None:
        return f"A and B cannot be told apart: every feature is {auc.note}."
    figure = f"AUC {auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]"
    if whole.told_apart:
        return (
            f"A and B can be told apart: {figure} by all features; a classifier puts an event of B "
            f"over one of A in {100 * auc.value:.0f} % of cases, where guessing does in 50 %."
        )
    return (
        f"A and B cannot be told apart by so many events: {figure} by all features, where 0.5 is "
        f"guessing; an AUC of more than {max(auc.high, 0.5):.3f} is excluded."
    )


def worst(comparison: Comparison) -> str:
    """The features that differ, and the one that does most."""
    features = comparison.features
    apart = [feature for feature in features if feature.corrected < LEVEL]
    if not apart:
        return f"None of {len(features)} features differs by itself (KS, p after Holm)."
    first = apart[0]
    return (
        f"{len(apart)} of {len(features)} features differ by themselves (KS, p < {LEVEL:g} after "
        f"Holm); the worst is {first.column.name}, {first.column.meaning}: "
        f"KS {first.distance:.3f}, p = {p_value(first.corrected)}."
    )


def tables(comparison: Comparison, *, short: bool = False) -> list[Block]:
    """The AUC by all and by each group of features, and every feature, the worst first."""
    rows = [
        [plain(s.what), counted(s.columns), estimated(s.auc), plain(_answer(s))]
        for s in comparison.separations
    ]
    groups = TableBlock("groups", ("features", "number", "AUC", "told apart"), rows)
    features = feature_table(comparison.features[:SHORT] if short else comparison.features)
    more = len(comparison.features) - len(features.rows)
    rest = [Text(f"{more} more features differ less; -o FOLDER shows them all.")] if more else []
    return [groups, features, *rest]


def feature_table(features: Sequence[FeatureDifference]) -> TableBlock:
    """A row a feature."""
    headings = ("feature", "unit", "group", "KS", "p", "p, Holm", "larger in B")
    rows = [
        [
            plain(f.column.name),
            plain(f.column.unit),
            plain(f.column.group),
            valued(f.distance),
            Cell(p_value(f.p), f.p),
            Cell(p_value(f.corrected), f.corrected),
            estimated(f.larger),
        ]
        for f in features
    ]
    return TableBlock("features", headings, rows)


def page(comparison: Comparison, pictures: list[Block]) -> list[Block]:
    """The whole page."""
    title = Heading(f"{comparison.pair.a.title} against {comparison.pair.b.title}", 1)
    drawn: list[Block] = [Heading("Every feature"), *pictures]
    reading: list[Block] = [Heading("How to read this"), Text(READING)]
    return [title, *summary(comparison), *tables(comparison), *drawn, *reading]


def _answer(separation: Separation) -> str:
    if separation.auc.value is None:
        return ""
    return "yes" if separation.told_apart else "no"


def _side_sentence(name: str, side: Side, comparison: Comparison) -> str:
    signal = int((side.table.y == 1).sum())
    n, chosen = len(side.table), comparison.pair.chosen
    kind = "events" if chosen == "all" else f"{chosen} events"
    parts = f", of them {signal} signal" if chosen == "all" else ""
    source = f"; content hash {side.digest[:12]}" if side.digest else ""
    return f"{name} is {side.title}: {n} {kind}{parts}{source}."
