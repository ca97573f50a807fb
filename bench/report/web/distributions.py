"""How the scores of each class are distributed, in the bins of a page's charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.scores import Scored

BINS = 40
"""Of equal width, from 0 to 1."""


def distributions(scored: Scored) -> dict[str, list[int]]:
    """Events of each class in each bin."""
    import numpy as np

    edges = np.linspace(0, 1, BINS + 1)
    return {
        name: np.histogram(scored.score[(scored.y == label) & scored.answered], edges)[0].tolist()
        for name, label in (("signal", 1), ("background", 0))
    }
