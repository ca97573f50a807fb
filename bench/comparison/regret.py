"""How far a model is from the best possible one, on the same events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.comparison.paired import TWO_SIDED, Difference
from bench.metrics.calibration import LEAST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

OPTIMUM = "-optimum"
"""What the name of a model ends in that is the best possible one on the dataset before it."""


def is_optimum(model: str, dataset: str) -> bool:
    """Whether a model is the exact likelihood ratio of a dataset: `known-optimum` of `known`."""
    return model == f"{dataset}{OPTIMUM}"


def log_loss_difference(one: Scored, other: Scored, share: float) -> Difference:
    """How much larger the log loss of the first model is, in nats, where `share` is signal.

    The mean over the events of each class, weighted with the share of that class, so that both
    models are asked at the class ratio that they were fitted at. The interval is normal, of the
    differences event by event. No answer counts as a probability of one half.
    """
    import numpy as np
    from scipy.special import ndtr

    gap = _losses(one) - _losses(other)
    value = variance = 0.0
    for label, part in ((1, share), (0, 1 - share)):
        inside = one.y == label
        weights = one.weights[inside] / one.weights[inside].sum()
        mean = float(weights @ gap[inside])
        odds = max(1 - float((weights**2).sum()), 1e-12)
        value += part * mean
        variance += part**2 * float((weights**2) @ (gap[inside] - mean) ** 2) / odds
    spread = float(np.sqrt(variance))
    half = TWO_SIDED * spread
    p = float(2 * ndtr(-abs(value) / spread)) if spread > 0 else float(value == 0)
    return Difference("log loss", value, value - half, value + half, p, "normal, paired")


def _losses(scored: Scored) -> NDArray[np.float64]:
    """The log loss of each event: (n,), nats."""
    import numpy as np

    p = np.where(scored.answered, scored.score, 0.5)
    right = np.where(scored.y == 1, p, 1 - p)
    return np.asarray(-np.log(np.clip(right, LEAST, 1.0)))
