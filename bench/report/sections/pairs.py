"""Every pair of models as a table for other programs, beside the figure of them."""

from __future__ import annotations

from bench.report.blocks import Cell, TableBlock, plain
from bench.report.tested import Tested

HEADINGS = ("model", "less model", "AUC difference", "p", "p, Holm", "told apart")


def pairs_table(tested: Tested, best: int) -> list[TableBlock]:
    """A row for each pair of the best models; nothing of one model alone.

    Args:
        tested: all models.
        best: how many of them there are rows of, as the figure has cells.
    """
    pairs = [pair for pair in tested.pairs if max(pair.first, pair.second) < best]
    if not pairs:
        return []
    unsure = {(pair.first, pair.second) for pair in tested.unsure}
    rows = []
    for pair in pairs:
        names = [plain(tested.settings[place].title) for place in (pair.first, pair.second)]
        one = pair.difference
        difference = Cell("", _digits(one.value), _digits(one.low), _digits(one.high))
        chances = [Cell("", _digits(p)) for p in (one.p, pair.p)]
        by_seeds = (pair.first, pair.second) in unsure
        apart = "not by seeds" if by_seeds else ("yes" if pair.separable else "no")
        rows.append([*names, difference, *chances, plain(apart)])
    return [TableBlock(f"pairs-{tested.events.slug}", HEADINGS, rows)]


def _digits(value: float) -> float:
    return float(f"{value:.5g}")
