"""Prior shift and domain shift, told apart: another class ratio, or other events of a class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.comparison.exact import fisher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored


@dataclass(frozen=True)
class Change:
    """The share of one class that is called signal, on two samples at the same threshold."""

    before: float
    after: float
    p: float
    """The chance of so large a change where the class's events are of one kind."""


@dataclass(frozen=True)
class Shift:
    """What changes between the valid split of the fit and the events that are evaluated."""

    signal: Change
    background: Change
    precision_before: float
    """At the class ratio of the fit."""
    precision_after: float
    """At the class ratio that the evaluated events stand for, with the same efficiencies."""
    calibration_before: float
    """Distance of the mean score from the share of signal, as scored."""
    calibration_after: float
    """The same, with the scores corrected to the other class ratio."""


def shift_between(valid: Scored, evaluated: Scored, natural: float) -> Shift:
    """The shift from the valid split to the evaluated events, whose share of signal is natural.

    Efficiencies within a class know nothing of the class ratio: if they change, the events did
    (Fisher's exact test). Precision and calibration follow the class ratio, and come back with it.

    Raises:
        ValueError: a sample of one class only.
    """
    if not (valid.two_classes and evaluated.two_classes):
        raise ValueError("a sample of one class only")
    prior = _share(valid)
    signal, background = (_change(valid, evaluated, label) for label in (1, 0))
    corrected = replace(evaluated, score=reweighted(evaluated.score, prior, natural))
    balanced = replace(evaluated, weights=_weights_to(evaluated, natural))
    return Shift(
        signal=signal,
        background=background,
        precision_before=_precision(signal.before, background.before, prior),
        precision_after=_precision(signal.before, background.before, natural),
        calibration_before=_gap(balanced, evaluated.score, natural),
        calibration_after=_gap(balanced, corrected.score, natural),
    )


def reweighted(score: NDArray[np.float64], prior: float, other: float) -> NDArray[np.float64]:
    """P(signal) at another share of signal than the one that the scores were made for: (n,).

    Source: Saerens, Latinne and Decaestecker, Neural Computation 14 (2002) 21, eq. 4.
    """
    up = score * other / prior
    total: NDArray[np.float64] = up + (1 - score) * (1 - other) / (1 - prior)
    return up / total


def _share(scored: Scored) -> float:
    """The weighted share of signal."""
    return float(scored.weights[scored.y == 1].sum() / scored.weights.sum())


def _weights_to(scored: Scored, share: float) -> NDArray[np.float64]:
    """Weights that bring the signal to this share of all."""
    import numpy as np

    own = _share(scored)
    return scored.weights * np.where(scored.y == 1, share / own, (1 - share) / (1 - own))


def _gap(scored: Scored, score: NDArray[np.float64], share: float) -> float:
    import numpy as np

    filled = np.where(np.isnan(score), 0.5, score)
    return abs(float(np.average(filled, weights=scored.weights)) - share)


def _precision(signal: float, background: float, share: float) -> float:
    selected = signal * share + background * (1 - share)
    return signal * share / selected if selected else float("nan")


def _change(valid: Scored, evaluated: Scored, label: int) -> Change:
    counts = []
    for scored in (valid, evaluated):
        inside = scored.y == label
        passed = int((scored.selected & inside).sum())
        counts.append((passed, int(inside.sum()) - passed))
    rates = [passed / (passed + failed) for passed, failed in counts]
    return Change(rates[0], rates[1], fisher(counts))
