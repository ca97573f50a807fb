"""ROC and SIC of one model at each signal efficiency, with the 95 % band that its events give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from bench.metrics.curve import Curve, Ranking
from bench.metrics.floors import USUAL, Floor
from bench.metrics.intervals import TAILS
from bench.report.blocks import Cell, TableBlock
from bench.report.event_sets import Setting
from bench.report.limits import effective_events, rejection_limit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CURVES = 100
"""Curves drawn on each side of a band."""
POINTS = 200
"""Signal efficiencies from nought to one."""
EXPORTED = 2
"""One in so many of them is exported."""
HEADINGS = (
    *("model", "signal efficiency", "background efficiency", "background left"),
    *("rejection", "SIC"),
)


@dataclass(frozen=True, eq=False)
class Bands:
    """A ROC and a SIC with their 95 % bands at k signal efficiencies."""

    efficiency: NDArray[np.float64]  # (k,), eps_S
    background: NDArray[np.float64]  # (k,), eps_B
    left: NDArray[np.float64]  # (k,), background events that pass, unweighted
    rejection: NDArray[np.float64]  # (3, k), value, low, high; NaN where none is left
    sic: NDArray[np.float64]  # (3, k), value, low, high; NaN where fewer than the floor are left
    end: float
    """The signal efficiency up to which no background is left."""
    limit: float
    """What the rejection is at least there, at 95 %."""
    floor: float
    """The share of the background that the floor of SIC is."""

    @classmethod
    def of(cls, setting: Setting, floor: Floor = USUAL) -> Bands:
        """Of the run that stands for a model, its SIC where a floor allows it."""
        import numpy as np

        scored = setting.middle.scored()
        ranking = Ranking.of(scored)
        curve, grid = ranking.curve(), np.linspace(0, 1, POINTS + 1)[1:]
        values = _figures(curve, grid, floor)
        sides = ranking.drawn(lambda one: _figures(one, grid, floor), scored.seed, CURVES)
        low, high = (_edge(side, tail) for side, tail in zip(sides, TAILS, strict=True))
        rejection, sic = np.stack([values, low, high]).reshape(3, 2, POINTS).swapaxes(0, 1)
        background = scored.weights[scored.y == 0]
        return cls(
            grid,
            np.interp(grid, curve.signal, curve.background),
            np.interp(grid, curve.signal, curve.left),
            rejection,
            sic,
            float(curve.signal[curve.left < 1].max(initial=0.0)),
            rejection_limit(effective_events(setting.middle)),
            floor.least(float(np.mean(background)) / float(background.sum())),
        )


def table(name: str, bands: Sequence[tuple[str, Bands]]) -> TableBlock:
    """Rows for other programs: what is left, rejection and SIC with bands, or a lower limit.

    Args:
        name: of the file.
        bands: the models by their whole names.
    """
    rows = []
    for title, one in bands:
        for k in range(EXPORTED - 1, POINTS, EXPORTED):
            lost = one.left[k] < 1
            values = (one.efficiency[k], one.background[k], one.left[k])
            cells = [Cell("", float(f"{value:.5g}")) for value in values]
            limit = Cell("", None, one.limit, None)
            rejection = limit if lost else _cell(one.rejection[:, k])
            rows.append([Cell(title), *cells, rejection, _cell(one.sic[:, k])])
    return TableBlock(name, HEADINGS, rows)


def _cell(ends: NDArray[np.float64]) -> Cell:
    value, low, high = (None if isnan(end) else float(f"{end:.5g}") for end in ends)
    return Cell("", value, low, high)


def _figures(curve: Curve, grid: NDArray[np.float64], floor: Floor) -> NDArray[np.float64]:
    """Rejection and SIC, one after the other: (2 k,)."""
    import numpy as np

    passed = np.maximum(np.interp(grid, curve.signal, curve.background), 1e-12)
    left = np.interp(grid, curve.signal, curve.left)
    rejection = np.where(left >= 1, 1 / passed, np.nan)
    sic = np.where(floor.allows(passed, left), grid / np.sqrt(passed), np.nan)
    return np.concatenate([rejection, sic])


def _edge(side: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """A quantile of curves at each place, NaN where half of them have none: (r, k) -> (k,)."""
    import numpy as np

    ordered = np.sort(side, axis=0)  # NaN last
    seen = np.isfinite(side).sum(axis=0)
    place = tail * np.maximum(seen - 1, 0)
    below = place.astype(int)
    low, high = (
        np.take_along_axis(ordered, rows[None], axis=0)[0]
        for rows in (below, np.minimum(below + 1, np.maximum(seen - 1, 0)))
    )
    edge: NDArray[np.float64] = low + (place - below) * (high - low)
    return np.where(seen > len(side) / 2, edge, np.nan)
