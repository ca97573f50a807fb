"""Figures of the decisions at the threshold: accuracy, precision, recall, F1, SIC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.metrics.intervals import between, decision_replicas, decision_sums, rate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sums = NDArray[np.float64]


@dataclass(frozen=True)
class Decisions(Metric):
    """Accuracy, and precision, recall and F1 of each class; no answer is never a right one."""

    name = "decisions"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Rates of events of equal weight have exact intervals, the rest those of beta rates."""
        counts = scored.counts()
        right = counts.true_signal + counts.true_background
        called_signal = counts.true_signal + counts.false_signal
        called_background = counts.true_background + counts.false_background
        exact = {}
        if _even(scored, scored.y == 1):
            exact["recall_signal"] = rate(counts.true_signal, counts.signal)
        if _even(scored, scored.y == 0):
            exact["recall_background"] = rate(counts.true_background, counts.background)
        if _even(scored, scored.y >= 0):
            exact |= {
                "accuracy": rate(right, counts.signal + counts.background),
                "precision_signal": rate(counts.true_signal, called_signal),
                "precision_background": rate(counts.true_background, called_background),
            }
        drawn = DecisionReplicas.of(scored)
        return {
            name: exact[name] if name in exact else drawn.estimate(figure)
            for name, figure in FIGURES.items()
        }


@dataclass(frozen=True)
class SignificanceImprovement(Metric):
    """SIC = eps_S / sqrt(eps_B) at the threshold."""

    name = "sic"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """A dash where no background event passes; the number that passes is in the note."""
        passing = scored.counts().false_signal
        note = "no background event passes" if not passing else f"{passing} background events pass"
        return {"sic": DecisionReplicas.of(scored).estimate(_sic, note)}


@dataclass(frozen=True)
class AsimovSignificance(Metric):
    """The median significance expected of a count over the threshold, on the Asimov data set."""

    name = "asimov"

    uncertainty: float = 0.0
    """Relative uncertainty of the background; 0 for one that is known."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """In standard deviations, for as many events as the weights say; a dash without background.

        Source: Cowan, Cranmer, Gross and Vitells, EPJ C 71 (2011) 1554; with uncertainty: Cowan,
        note of 2012, eq. 20.
        """
        drawn = DecisionReplicas.of(scored)
        background, signal = drawn.seen[0, :, 0]
        note = f"{signal:.4g} signal on {background:.4g} background of this sample"
        if self.uncertainty:
            note += f" known to {100 * self.uncertainty:g} %"
        figure = partial(_asimov, uncertainty=self.uncertainty)
        return {"asimov": drawn.estimate(figure, note)}


@dataclass(frozen=True, eq=False)
class DecisionReplicas:
    """Decisions as observed, and as they might be."""

    seen: Sums  # (1, 2, 3)
    lower: Sums  # (r, 2, 3), with a pseudo-event decided wrongly: for the lower ends
    upper: Sums  # (r, 2, 3), with one decided rightly: for the upper ends

    @classmethod
    def of(cls, scored: Scored) -> DecisionReplicas:
        """Draw once for all figures."""
        import numpy as np

        rng = np.random.default_rng(scored.seed)
        return cls(decision_sums(scored), *decision_replicas(scored, rng))

    def estimate(self, figure: Callable[[Sums], Sums], note: str = "") -> Estimate:
        """A figure that grows with every right decision, with its interval."""
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            value, lower, upper = (figure(sums) for sums in (self.seen, self.lower, self.upper))
        return between(float(value[0]), (lower, upper), "beta rates", note)


def _asimov(sums: Sums, uncertainty: float) -> Sums:
    import numpy as np

    b, s = sums[:, 0, 0], sums[:, 1, 0]
    b = np.where(b > 0, b, np.nan)
    total = s + b
    if not uncertainty:
        squared: Sums = 2 * (total * np.log1p(s / b) - s)
        return np.sqrt(np.maximum(squared, 0.0))
    v = (uncertainty * b) ** 2
    first = total * np.log(total * (b + v) / (b**2 + total * v))
    second = b**2 / v * np.log1p(v * s / (b * (b + v)))
    root: Sums = np.sqrt(np.maximum(2 * (first - second), 0.0))
    return root


def _even(scored: Scored, rows: NDArray[np.bool_]) -> bool:
    """Whether all of these events count the same, so that a rate is one of plain counts."""
    import numpy as np

    return scored.tallied or len(np.unique(scored.weights[rows])) <= 1


# each (r, 2, 3) -> (r,): label (background, signal) by outcome (signal, background, no answer)
def _accuracy(sums: Sums) -> Sums:
    right: Sums = sums[:, 1, 0] + sums[:, 0, 1]
    every: Sums = sums.sum(axis=(1, 2))
    return right / every


def _precision(label: int) -> Callable[[Sums], Sums]:
    return lambda sums: sums[:, label, 1 - label] / sums[:, :, 1 - label].sum(axis=1)


def _recall(label: int) -> Callable[[Sums], Sums]:
    return lambda sums: sums[:, label, 1 - label] / sums[:, label].sum(axis=1)


def _f1(label: int) -> Callable[[Sums], Sums]:
    def f1(sums: Sums) -> Sums:
        right: Sums = sums[:, label, 1 - label]
        called: Sums = sums[:, :, 1 - label].sum(axis=1)
        events: Sums = sums[:, label].sum(axis=1)
        return 2 * right / (called + events)

    return f1


def _sic(sums: Sums) -> Sums:
    efficiency: Sums = sums[:, :, 0] / sums.sum(axis=2)
    passed: Sums = efficiency[:, 1]
    root: Sums = efficiency[:, 0] ** 0.5
    return passed / root


FIGURES: dict[str, Callable[[Sums], Sums]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": lambda sums: (_recall(0)(sums) + _recall(1)(sums)) / 2,
    "precision_signal": _precision(1),
    "recall_signal": _recall(1),
    "f1_signal": _f1(1),
    "precision_background": _precision(0),
    "recall_background": _recall(0),
    "f1_background": _f1(0),
}
