"""The trigger: which events are kept, with their hardest particles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.clustering import anti_kt, massless
from bench_lhco.events import MAX_PARTICLES, Particles, ends, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 1.0
MIN_PT = 1200.0
"""Least pt of the jet that an event is kept for, GeV."""
MAX_ETA = 2.5


def capped(particles: Particles, limit: int = MAX_PARTICLES) -> Particles:
    """The events with their hardest `limit` particles, in the order they were in."""
    counts = particles.counts
    if counts.max(initial=0) <= limit:
        return particles
    event = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((-particles.pt, event))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - particles.offsets[event]
    return Particles(particles.values[rank < limit], ends(np.minimum(counts, limit)))


def triggered(particles: Particles) -> NDArray[np.bool_]:
    """Whether each event has an anti-kt jet of R = 1.0, pt > 1.2 TeV, |eta| < 2.5: (n,)."""
    n = len(particles)
    jets = anti_kt(massless(particles), particles.offsets, RADIUS, MIN_PT)
    pt = np.hypot(jets.p4[:, 0], jets.p4[:, 1])
    good = (pt > MIN_PT) & (np.abs(np.arcsinh(jets.p4[:, 2] / pt)) < MAX_ETA)
    fired = np.zeros(n, dtype=np.bool_)
    fired[np.repeat(np.arange(n), np.diff(jets.offsets))[good]] = True
    return fired


def select_triggered(particles: Particles) -> Particles:
    """The events that fire the trigger, capped."""
    particles = capped(particles)
    return chosen(particles, np.nonzero(triggered(particles))[0])


def chosen(particles: Particles, rows: NDArray[np.integer]) -> Particles:
    """These of the events, in this order."""
    places = within(particles.offsets, rows)
    return Particles(particles.values[places], ends(particles.counts[rows]))
