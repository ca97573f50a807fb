"""Figures at a fixed false positive rate: signal efficiency and SIC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.metrics.curve import Ranking
from bench.metrics.intervals import percentiles
from bench.parts import Metric
from bench.scored import Estimate, Scored

CURVES = 400


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
        if not scored.two_classes:
            return dict.fromkeys(names, Estimate(None, note="one class only"))
        ranking = Ranking.of(scored)
        curve, drawn = ranking.curve(), list(ranking.replicas(CURVES, scored.seed))
        events = int((scored.y == 0).sum())
        found: dict[str, Estimate] = {}
        for rate in self.rates:
            if events * rate < 1:
                few = Estimate(None, note=f"{events} background events do not reach FPR {rate:g}")
                found |= {f"tpr_at_fpr_{rate:g}": few, f"sic_at_fpr_{rate:g}": few}
                continue
            value, left = curve.signal_at(rate)
            replicas = np.array([one.signal_at(rate)[0] for one in drawn])
            note = f"{left:.0f} background events left"
            found[f"tpr_at_fpr_{rate:g}"] = percentiles(value, replicas, note=note)
            root = rate**0.5
            found[f"sic_at_fpr_{rate:g}"] = percentiles(value / root, replicas / root, note=note)
        return found
