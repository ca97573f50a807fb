"""Which events are kept, and their particles in the official layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.clustering import anti_kt, massless
from bench_lhco.events import MAX_PARTICLES
from bench_lhco.twin.detector import Seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 1.0
MIN_PT = 1200.0
"""Least pt of the jet that an event is kept for, GeV."""
MAX_ETA = 2.5


def capped(seen: Seen, limit: int = MAX_PARTICLES) -> Seen:
    """The events with their hardest `limit` particles, in the order they were in."""
    counts = np.diff(seen.offsets)
    if counts.max(initial=0) <= limit:
        return seen
    event = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((-seen.pt, event))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - seen.offsets[event]
    return _only(seen, rank < limit, event)


def triggered(seen: Seen) -> NDArray[np.bool_]:
    """Whether each event has an anti-kt jet of R = 1.0, pt > 1.2 TeV, |eta| < 2.5: (n,)."""
    n = len(seen.offsets) - 1
    found = anti_kt(massless(seen.pt, seen.eta, seen.phi), seen.offsets, RADIUS, MIN_PT)
    pt = np.hypot(found.p4[:, 0], found.p4[:, 1])
    good = (pt > MIN_PT) & (np.abs(np.arcsinh(found.p4[:, 2] / pt)) < MAX_ETA)
    kept = np.zeros(n, dtype=np.bool_)
    kept[np.repeat(np.arange(n), np.diff(found.offsets))[good]] = True
    return kept


def kept(seen: Seen) -> Seen:
    """The events that fire the trigger, capped."""
    seen = capped(seen)
    fired = triggered(seen)
    event = np.repeat(np.arange(len(fired)), np.diff(seen.offsets))
    inside = _only(seen, fired[event], event)
    counts = np.diff(inside.offsets)[fired]
    return Seen(inside.pt, inside.eta, inside.phi, np.concatenate([[0], np.cumsum(counts)]))


def _only(seen: Seen, wanted: NDArray[np.bool_], event: NDArray[np.int64]) -> Seen:
    """The same events with some of their particles."""
    counts = np.bincount(event[wanted], minlength=len(seen.offsets) - 1)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return Seen(seen.pt[wanted], seen.eta[wanted], seen.phi[wanted], offsets)
