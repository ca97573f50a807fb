"""Figures at a fixed false positive rate: signal efficiency and SIC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.metrics.curve import CURVES_METHOD, Ranking
from bench.metrics.intervals import between


@dataclass(frozen=True)
class FixedFalsePositiveRate(Metric):
    """Signal efficiency, and SIC, where at most a given share of the background passes."""

    name = "fixed_fpr"

    rates: tuple[float, ...] = (1e-2, 1e-3)
    """False positive rates."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """A dash where the sample has less than one background event at such a rate."""
        import numpy as np

        names = [f"{what}_at_fpr_{rate:g}" for rate in self.rates for what in ("tpr", "sic")]
        if why := scored.unranked:
            return dict.fromkeys(names, Estimate(None, note=why))
        ranking = Ranking.of(scored)
        curve = ranking.curve()
        drawn = ranking.drawn(
            lambda one: np.array([one.signal_at(rate)[0] for rate in self.rates]), scored.seed
        )
        events = int((scored.y == 0).sum())
        estimates: dict[str, Estimate] = {}
        for i, rate in enumerate(self.rates):
            if events * rate < 1:
                few = Estimate(None, note=f"{events} background events do not reach FPR {rate:g}")
                estimates |= {f"tpr_at_fpr_{rate:g}": few, f"sic_at_fpr_{rate:g}": few}
                continue
            value, left = curve.signal_at(rate)
            sides = drawn[:, :, i]
            note = f"{left:.0f} background events left"
            estimates[f"tpr_at_fpr_{rate:g}"] = between(value, sides, CURVES_METHOD, note)
            root = rate**0.5
            sic = between(value / root, sides / root, CURVES_METHOD, note)
            estimates[f"sic_at_fpr_{rate:g}"] = sic
        return estimates
