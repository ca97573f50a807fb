"""Curves of many events are drawn in little memory."""

from __future__ import annotations

import tracemalloc

import numpy as np

from bench import Scored
from bench.metrics.curve import HELD, Ranking

EVENTS = 200_000


def test_replicas_of_a_curve_are_made_one_by_one() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, EVENTS).astype(np.int8)
    ranking = Ranking.of(Scored(y, rng.random(EVENTS), np.ones(EVENTS), threshold=0.5))
    corners = len(ranking.corners().left)
    assert corners > EVENTS / 3
    tracemalloc.start()
    try:
        drawn = ranking.drawn(lambda one: np.array([one.signal_at(0.01)[0]]), seed=0, count=64)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert drawn.shape == (2, 64, 1)
    # what is drawn at once is bounded, whatever the corners are; a curve of them is not
    assert peak < 2 * 8 * HELD + 30 * 8 * corners < 64 * 8 * corners
