"""Anti-kt clustering of many events at once: flat particles in, flat jets and constituents out.

Done by FastJet 3.5 (M. Cacciari, G. P. Salam and G. Soyez, EPJC 72 (2012) 1896, arXiv:1111.6097),
whose authors ask to be cited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench_lhco.events import Particles

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Momenta:
    """Four-momenta of m massless particles, flat over events."""

    px: NDArray[np.float64]  # (m,), GeV, as are the other three
    py: NDArray[np.float64]
    pz: NDArray[np.float64]
    e: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clustered:
    """All jets of n events, grouped by event; within an event in fastjet's own order."""

    p4: NDArray[np.float64]  # (k, 4): px, py, pz, E [GeV]
    offsets: NDArray[np.int64]  # (n + 1,), the jets of event i are offsets[i]:offsets[i + 1]
    members: NDArray[np.int64]  # (c,), the constituents' places among the flat particles
    member_offsets: NDArray[np.int64]  # (k + 1,), the constituents of each jet


def massless(particles: Particles) -> Momenta:
    """Massless four-momenta in double precision, GeV."""
    pt, eta, phi = np.ascontiguousarray(particles.values.T, dtype=np.float64)
    grown = np.exp(eta)
    shrunk = 1 / grown
    px, py = pt * np.cos(phi), pt * np.sin(phi)
    return Momenta(px, py, pt * (grown - shrunk) / 2, pt * (grown + shrunk) / 2)


def as_awkward(p: Momenta, offsets: NDArray[np.int64]) -> Any:
    """The events as fastjet takes them: an array of lists of momenta, no option types in it."""
    import awkward as ak
    import fastjet

    # Without this the first clustering of a process prints a banner to standard output.
    fastjet.ClusterSequenceArea.set_fastjet_banner_stream(None)
    columns = [ak.contents.NumpyArray(np.ascontiguousarray(a)) for a in (p.px, p.py, p.pz, p.e)]
    record = ak.contents.RecordArray(columns, ["px", "py", "pz", "E"])
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), record))


def anti_kt(p: Momenta, offsets: NDArray[np.int64], radius: float, min_pt: float) -> Clustered:
    """The anti-kt jets of each event with pt >= min_pt.

    Every momentum must be finite: fastjet crashes the process on a NaN.

    Args:
        p: the particles of all events, event after event.
        offsets: (n + 1,), the particles of event i are offsets[i]:offsets[i + 1].
        radius: jet radius in rapidity and azimuth.
        min_pt: least pt of a jet, GeV.
    """
    import fastjet

    if len(offsets) < 2:  # fastjet is not asked about no events
        none = np.zeros(0, dtype=np.int64)
        return Clustered(np.zeros((0, 4)), offsets.copy(), none, np.zeros(1, dtype=np.int64))
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    sequence = fastjet.ClusterSequence(as_awkward(p, offsets), definition)
    inside = sequence.constituent_index(min_pt).layout  # by event, by jet, longer than needed
    jets = np.asarray(inside.offsets.data, dtype=np.int64)
    ends = np.asarray(inside.content.offsets.data, dtype=np.int64)
    start = np.repeat(offsets[:-1], np.diff(ends[jets]))
    members = inside.content.content.data[: ends[-1]] + start
    # The sums are what fastjet's own list of the jets holds, which would have to be asked for.
    return Clustered(summed(p, members, ends), jets, members, ends)


def summed(
    p: Momenta, members: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The four-momentum of each group of particles: (k, 4), GeV; 0 for a group without any."""
    out = np.zeros((len(offsets) - 1, 4))
    some = offsets[1:] > offsets[:-1]
    if some.any():
        for i, column in enumerate((p.px, p.py, p.pz, p.e)):
            out[some, i] = np.add.reduceat(column[members], offsets[:-1][some])
    return out
