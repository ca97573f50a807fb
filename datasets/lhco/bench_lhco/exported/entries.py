"""Events as other tools take them: one entry an event, its jets' constituents hardest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.clustering import massless
from bench_lhco.constituents import WithJets
from bench_lhco.events import Particles, ends
from bench_lhco.jets import LEADING, Jets

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEHIND = np.pi / 2
"""Azimuths from the first jet begin so far before it, so that no jet opposite it is cut in two."""


@dataclass(frozen=True, eq=False)
class Entries:
    """n events, with the constituents of their two leading jets."""

    ids: NDArray[np.uint64]  # (n,)
    index: NDArray[np.intp]  # (n,), place among all events of the dataset
    labels: NDArray[np.int8]  # (n,), 1 signal
    weights: NDArray[np.float64]  # (n,)
    jets: Jets
    event: Particles
    """All particles of the events, as they are in their file."""
    constituents: Particles
    """Those of the two leading jets, hardest first."""
    jet: NDArray[np.int8]  # (m,), 1 or 2, the jet that a constituent is of
    dropped: int = 0
    """Constituents beyond the hardest that were asked for."""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, part: WithJets, sample: bench.ExportedSample, most: int | None) -> Entries:
        """Events of a sample; of each, as many constituents as there are or as were asked for."""
        events = sample.events
        order = np.argsort(events.ids)
        rows = order[np.searchsorted(events.ids[order], part.ids)]
        constituents, jet, dropped = _hardest_first(part.jets, part.particles, most)
        return cls(
            ids=part.ids,
            index=sample.index[rows],
            labels=events.y[rows],
            weights=events.weights[rows],
            jets=part.jets,
            event=part.particles,
            constituents=constituents,
            jet=jet,
            dropped=dropped,
        )

    def momenta(self) -> NDArray[np.float32]:
        """Constituents: (m, 4), px, py, pz, E in GeV."""
        p = massless(self.constituents)
        return np.stack([p.px, p.py, p.pz, p.e], axis=1).astype(np.float32)

    def relative(self) -> NDArray[np.float32]:
        """Constituents: (m, 3), pseudorapidity and azimuth from the first jet's, share of its pt.

        The azimuth is in [-pi/2, 3 pi/2), so that a jet opposite the first one is in one piece.
        """
        pt, eta, phi = self.constituents.values.astype(np.float64).T
        of = np.repeat(np.arange(len(self)), self.constituents.counts)
        turn = np.remainder(phi - self.jets.phi[of, 0] + BEHIND, 2 * np.pi) - BEHIND
        columns = [eta - self.jets.eta[of, 0], turn, pt / self.jets.pt[of, 0]]
        return np.stack(columns, axis=1).astype(np.float32)

    def jet_columns(self) -> dict[str, NDArray[np.float32]]:
        """The two leading jets' pt, eta, phi, mass, energy and number of constituents: (n,) each.

        All are 0 where there is no such jet; `jet_` is the first one, `jet2_` the second.
        """
        jets, columns = self.jets, dict[str, "NDArray[np.float32]"]()
        for jet, name in enumerate(("jet", "jet2")):
            quantities = {
                "pt": jets.pt,
                "eta": jets.eta,
                "phi": jets.phi,
                "mass": jets.mass,
                "energy": jets.p4[..., 3],
                "nparticles": jets.n_constituents,
            }
            columns |= {f"{name}_{q}": v[:, jet].astype("f4") for q, v in quantities.items()}
        return columns


def padded(
    values: NDArray[np.float32], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Values of all entries, (m, d), as (n, longest, d), zero-padded; and which are real."""
    longest = int(counts.max(initial=0))
    real = np.arange(longest) < counts[:, np.newaxis]
    out = np.zeros((len(counts), longest, values.shape[1]), dtype=np.float32)
    out[real] = values
    return out, real


def _hardest_first(
    jets: Jets, particles: Particles, most: int | None
) -> tuple[Particles, NDArray[np.int8], int]:
    """The constituents, the jet of each, and how many are left out."""
    owner = np.repeat(np.arange(LEADING * len(jets)), np.diff(jets.offsets))
    event, jet = owner // LEADING, (owner % LEADING + 1).astype(np.int8)
    order = np.lexsort((-particles.pt[jets.members], event))
    event, jet, values = event[order], jet[order], particles.values[jets.members[order]]
    counts = jets.n_constituents.sum(axis=1)
    if most is not None:
        rank = np.arange(len(event)) - ends(counts)[event]
        chosen = rank < most
        jet, values, counts = jet[chosen], values[chosen], np.minimum(counts, most)
    return Particles(values, ends(counts)), jet, len(event) - len(jet)
