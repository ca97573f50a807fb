"""Particles in whatever variables: which columns they are, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.events import MAX_PARTICLES, Particles, ends, padded
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.momenta import masses, massless, pseudorapidity
from bench_lhco.imported.readers.parquet import cells, label_numbers
from bench_lhco.imported.stream import Slice
from bench_lhco.imported.units import of_particles

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from bench_lhco.imported.stream import Foreign

SPELLINGS = {
    ("pt", "eta", "phi"): ("pt", "eta", "phi"),
    ("px", "py", "pz"): ("px", "py", "pz"),
    ("et", "eta", "phi"): ("pt", "eta", "phi"),  # of what is massless
    ("pt", "y", "phi"): ("pt", "y", "phi"),
    ("pt", "rapidity", "phi"): ("pt", "y", "phi"),
}
"""The last word of the columns' names, in any case, such as `part_pt` or `Tower.ET`, and what it
stands for; the first that fits is taken."""
MASSES = {"m": "mass", "mass": "mass", "pid": "pid", "pdgid": "pid", "pdg": "pid"}
"""The last word of a name of a column that gives particles their mass, and how."""
CARTESIAN = "particles are taken as massless: px, py, pz are kept as pt, eta, phi"
RAPIDITY = {
    "mass": "the rapidity y is kept as eta, with the particles' masses",
    "pid": "the rapidity y is kept as eta, with the masses of the particles' kinds",
    "": "the rapidity y is kept as eta, as of massless particles: no column says their mass",
}


@dataclass(frozen=True)
class Variables:
    """The columns that hold the particles' momenta."""

    names: tuple[str, ...]
    """Of three columns."""
    words: tuple[str, ...]
    """What the three are: pt, eta, phi; or px, py, pz; or pt, y, phi."""
    mass: str | None = None
    """The column that gives the particles' masses, where they are needed."""
    how: str = ""
    """`mass` or `pid`, where there is one."""

    @property
    def used(self) -> tuple[str, ...]:
        """All columns to read."""
        return self.names if self.mass is None else (*self.names, self.mass)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is made of them."""
        if self.words[0] == "px":
            return (CARTESIAN,)
        return (RAPIDITY[self.how],) if self.words[1] == "y" else ()

    def measures(self, foreign: Foreign, stated: Mapping[str, str]) -> tuple[Measure, ...]:
        """The units of the three, which the user or the file says."""
        return of_particles(foreign, self.names, stated, self.words)

    def momenta(
        self, path: Path, columns: Sequence[NDArray[np.float64]], measures: Sequence[Measure]
    ) -> NDArray[np.float64]:
        """Particles, (m, 3): pt [GeV], eta, phi [rad], of the columns that are used, (m,) each."""
        factors = [measure.unit.factor for measure in measures]
        values = [v if f == 1 else v * f for v, f in zip(columns, factors, strict=False)]
        if self.words[0] == "px":
            return massless(*values)
        if self.words[1] == "y":
            mass: NDArray[np.float64] | float = 0.0
            if self.how == "pid":
                mass = masses(path, columns[3])
            elif self.how == "mass":
                mass = columns[3] * factors[0]
            values[1] = pseudorapidity(values[0], values[1], mass)
        return np.stack(values, axis=1)


def variables(names: Sequence[str]) -> Variables | None:
    """Which of these columns are momenta; None if it is not clear that they are."""
    for spelling, words in SPELLINGS.items():
        matches = [[name for name in names if last_word(name) == word] for word in spelling]
        if all(len(several) == 1 for several in matches):
            chosen = tuple(name for (name,) in matches)
            massive = [name for name in names if last_word(name) in MASSES]
            if words[1] != "y" or not massive:
                return Variables(chosen, words)
            return Variables(chosen, words, massive[0], MASSES[last_word(massive[0])])
    return None


def last_word(name: str) -> str:
    """What a name ends in, in small letters."""
    return re.split(r"[^a-z0-9]", name.lower())[-1]


def bare(name: str) -> str:
    """A name without what parts it from the next word."""
    return re.sub(r"[^A-Za-z0-9]+$", "", name)


def gathered(momenta: NDArray[np.float64], event: NDArray[np.integer], events: int) -> Particles:
    """The particles of events, without those that are all 0, which are padding.

    Args:
        momenta: (m, 3): pt [GeV], eta, phi [rad].
        event: that of each particle, (m,).
        events: how many there are.
    """
    real = (momenta != 0).any(axis=1)
    momenta, event = momenta[real], event[real]
    if (np.diff(event) < 0).any():
        order = np.argsort(event, kind="stable")
        momenta, event = momenta[order], event[order]
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
        stored = momenta.astype(np.float32)
    return Particles(stored, ends(np.bincount(event, minlength=events)))


def hardest(particles: Particles, most: int = MAX_PARTICLES) -> tuple[Particles, int]:
    """The particles that an event has room for, in their order, and how many are left out."""
    if not len(particles) or particles.counts.max() <= most:
        return particles, 0
    event = np.repeat(np.arange(len(particles)), particles.counts)
    pt = np.where(particles.pt > 0, particles.pt, np.inf)  # what is invalid stays, to be refused
    order = np.lexsort((-pt, event))
    rank = np.empty(len(event), dtype=np.int64)
    rank[order] = np.arange(len(event)) - particles.offsets[:-1][event]
    chosen = rank < most
    counts = np.minimum(particles.counts, most)
    return Particles(particles.values[chosen], ends(counts)), int(np.count_nonzero(~chosen))


def slice_of(
    path: Path, batch: pa.RecordBatch, particles: Particles, *, label: str | None, split: str | None
) -> Slice:
    """The events of a batch, with what its columns of labels and of a division say of them.

    Raises:
        InputError: a label that is no number.
    """
    chosen, dropped = hardest(particles)
    labels = None if label is None else label_numbers(path, label, batch.column(label))
    splits = None if split is None else cells(batch.column(split))
    return Slice(padded(chosen), labels, splits, dropped)
