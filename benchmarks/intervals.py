"""Seconds for the 95 % intervals of 8000 events, against a loop over scikit-learn's figures."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from tabulate import tabulate

from bench.api.scores import Scored
from bench.metrics.decisions import AsimovSignificance, Decisions, SignificanceImprovement
from bench.metrics.intervals import REPLICAS
from bench.metrics.ranking import AreaUnderCurve, MaximumSic, Rejection
from bench.metrics.working_points import FixedFalsePositiveRate

LOOPED = 20
"""Replicas that the loop is timed with; its time is scaled to as many as are drawn here."""
METRICS = {
    "every figure at the threshold": (Decisions, SignificanceImprovement, AsimovSignificance),
    "AUC": (AreaUnderCurve,),
    "max SIC, rejection, fixed FPR": (MaximumSic, Rejection, FixedFalsePositiveRate),
}


def sample(*, weighted: bool) -> Scored:
    """A tenth signal, well apart."""
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], [727, 7273]).astype(np.int8)
    score = 1 / (1 + np.exp(1 - rng.normal(loc=2.0 * y)))
    weights = rng.uniform(0.5, 2.0, len(y)) if weighted else np.ones(len(y))
    return Scored(y, score, weights, threshold=0.5)


def looped(scored: Scored) -> None:
    """The same figures of resampled events, one replica after the other."""
    rng = np.random.default_rng(0)
    called = scored.score >= scored.threshold
    for _ in range(LOOPED):
        rows = rng.integers(len(called), size=len(called))
        y, selected, weights = scored.y[rows], called[rows], scored.weights[rows]
        accuracy_score(y, selected, sample_weight=weights)
        for label in (0, 1):
            for figure in (precision_score, recall_score, f1_score):
                figure(y, selected, pos_label=label, sample_weight=weights)


def seconds(work: Callable[[], object]) -> float:
    """The least of three."""
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)


def main() -> None:
    """Print one table."""
    rows = []
    for weighted in (False, True):
        scored = sample(weighted=weighted)
        kind = "weighted" if weighted else "even weights"
        for name, metrics in METRICS.items():
            spent = seconds(lambda s=scored, ms=metrics: [m().estimate(s) for m in ms])
            ratio = "–"
            if len(metrics) == 3 and Decisions in metrics:
                loop = seconds(lambda s=scored: looped(s)) * REPLICAS / LOOPED
                ratio = f"{loop / spent:.0f}"
            rows.append([f"{name}, {kind}", f"{spent:.2f}", ratio])
    headings = ["8000 events", "s", "a loop takes so many times as long"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
