"""The particles of chosen events with their jets, slice by slice, for what reads particles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.constituents import WithJets
from bench_lhco.events import Particles, ends, event_ids, within
from bench_lhco.features import SETS
from bench_lhco.files.reader import raw_slices, sound
from bench_lhco.jets import LEADING, Jets
from bench_lhco.recipe import SLICE, Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray


def chosen_events(
    recipe: Recipe, labels: NDArray[np.int8] | int | None, ids: NDArray[np.uint64]
) -> Iterator[WithJets]:
    """The events of a file that have these ids, each once, in the file's order, with their jets.

    Args:
        recipe: the file, and what its jets are.
        labels: for a file without a label column: those of all events, or one for all.
        ids: those of the events, (n,), each once.

    Raises:
        InputError: an invalid event; ids that are not in the file are passed over.
    """
    kind, ordered = SETS[recipe.features], np.sort(ids)
    open_ids = np.ones(len(ordered), dtype=bool)
    read = raw_slices(recipe.path, SLICE, labels=labels, allowed=recipe.allowed)
    for part in read:
        events = sound(recipe.path, part, skip=recipe.skip)
        every = event_ids(events.particles)
        rows = _first_of(every, ordered, open_ids)
        if len(rows):
            particles = taken(events.particles, rows)
            jets = kind.jets(particles, recipe.radius, recipe.min_pt)
            yield WithJets(every[rows], events.labels[rows], jets, particles)
        if not open_ids.any():
            return


def taken(particles: Particles, rows: NDArray[np.intp]) -> Particles:
    """The particles of these events, in this order."""
    values = particles.values[within(particles.offsets, rows)]
    return Particles(values, ends(particles.counts[rows]))


def subset(part: WithJets, rows: NDArray[np.intp]) -> WithJets:
    """These of the events, in this order."""
    jets, before = part.jets, part.particles.offsets[:-1][rows]
    particles = taken(part.particles, rows)
    places = (LEADING * rows[:, np.newaxis] + np.arange(LEADING)).ravel()
    counts = jets.n_constituents[rows]
    moved = np.repeat(particles.offsets[:-1] - before, counts.sum(axis=1))
    members = jets.members[within(jets.offsets, places)] + moved
    chosen = Jets(jets.p4[rows], counts, members, ends(counts.ravel()), jets.n_jets[rows])
    return WithJets(part.ids[rows], part.labels[rows], chosen, particles)


def _first_of(
    every: NDArray[np.uint64], ordered: NDArray[np.uint64], open_ids: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The rows of a slice whose ids are wanted for the first time; they are so no longer then."""
    if not len(ordered):
        return np.array([], dtype=np.intp)
    _, first = np.unique(every, return_index=True)
    rows = np.sort(first)
    place = np.searchsorted(ordered, every[rows]).clip(max=len(ordered) - 1)
    fits = (ordered[place] == every[rows]) & open_ids[place]
    open_ids[place[fits]] = False
    return np.asarray(rows[fits], dtype=np.intp)
