"""How many events of each class pass a threshold, for every step of a page's slider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.api.scores import Scored

EDGES = (1, 2, 3, 4, 5, 6, 7, 8, 9)
"""Steps under 0.01, in thousandths and in ten thousandths, and as many under 1."""


def thresholds() -> list[float]:
    """Hundredths, and finer steps at both ends, where scores crowd."""
    ends = [digit * unit for unit in (1e-4, 1e-3) for digit in EDGES]
    steps = {*(n / 100 for n in range(101)), *ends, *(1 - end for end in ends)}
    return sorted({round(step, 4) for step in steps})


def rates(background: int) -> list[float]:
    """Background efficiencies of 1, 1.5, 2, 3, 5 and 7 times powers of ten, up to all of it."""
    steps = [1.0]
    power = 0.1
    while power * background >= 0.1:
        steps += [float(f"{digit * power:.2g}") for digit in (1, 1.5, 2, 3, 5, 7)]
        power /= 10
    return sorted(step for step in steps if step * background >= 1)


def cuts(scored: Scored) -> dict[str, Any]:
    """Events of each class at or above each threshold; the shares too where weights differ."""
    import numpy as np

    steps = np.array(thresholds())
    passing: dict[str, Any] = {}
    for name, label in (("signal", 1), ("background", 0)):
        inside = (scored.y == label) & scored.answered
        order = np.argsort(scored.score[inside], kind="stable")
        place = np.searchsorted(scored.score[inside][order], steps, side="left")
        passing[name] = (int(inside.sum()) - place).tolist()
        weights = scored.weights[scored.y == label]
        if not np.allclose(weights, weights[0]):
            below = np.append(0.0, np.cumsum(scored.weights[inside][order]))
            shares = (below[-1] - below[place]) / weights.sum()
            passing[f"{name}_share"] = [float(f"{share:.4g}") for share in shares]
    return passing
