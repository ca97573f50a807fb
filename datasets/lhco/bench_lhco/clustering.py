"""Anti-kt clustering of many events at once: flat particles in, flat jets and constituents out.

Done by FastJet 3.5 (M. Cacciari, G. P. Salam and G. Soyez, EPJC 72 (2012) 1896, arXiv:1111.6097),
whose authors ask to be cited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


def massless(
    pt: NDArray[np.floating], eta: NDArray[np.floating], phi: NDArray[np.floating]
) -> Momenta:
    """Massless four-momenta in double precision; pt in GeV, phi in rad."""
    pt, eta, phi = (np.asarray(a, dtype=np.float64) for a in (pt, eta, phi))
    return Momenta(pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta))


def anti_kt(p: Momenta, offsets: NDArray[np.int64], radius: float, min_pt: float) -> Clustered:
    """The anti-kt jets of each event with pt >= min_pt.

    Every momentum must be finite: fastjet crashes the process on a NaN.

    Args:
        p: the particles of all events, event after event.
        offsets: (n + 1,), the particles of event i are offsets[i]:offsets[i + 1].
        radius: jet radius in rapidity and azimuth.
        min_pt: least pt of a jet, GeV.
    """
    import awkward as ak
    import fastjet

    if len(offsets) < 2:  # fastjet is not asked about no events
        none = np.zeros(0, dtype=np.int64)
        return Clustered(np.zeros((0, 4)), offsets.copy(), none, np.zeros(1, dtype=np.int64))
    columns = [ak.contents.NumpyArray(np.ascontiguousarray(a)) for a in (p.px, p.py, p.pz, p.e)]
    record = ak.contents.RecordArray(columns, ["px", "py", "pz", "E"])
    events = ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), record))
    # Without this the first clustering of a process prints a banner to standard output.
    fastjet.ClusterSequenceArea.set_fastjet_banner_stream(None)
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    sequence = fastjet.ClusterSequence(events, definition)
    jets = sequence.inclusive_jets(min_pt)
    inside = sequence.constituent_index(min_pt)
    per_event = ak.to_numpy(ak.num(jets)).astype(np.int64)
    per_jet = ak.to_numpy(ak.flatten(ak.num(inside, axis=2))).astype(np.int64)
    flat = ak.flatten(jets)
    p4 = np.stack([ak.to_numpy(flat[name]) for name in ("px", "py", "pz", "E")], axis=1)
    start = np.repeat(np.repeat(offsets[:-1], per_event), per_jet)
    members = ak.to_numpy(ak.flatten(inside, axis=None)).astype(np.int64) + start
    return Clustered(p4, _ends(per_event), members, _ends(per_jet))


def _ends(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offsets from counts: (n,) to (n + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
