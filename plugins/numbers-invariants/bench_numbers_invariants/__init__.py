"""`numbers-invariants`: what two jets are, whatever frame they are seen in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JETS = ("j1", "j2")
MOMENTUM = ("pt", "eta", "phi", "m")
INSIDE = ("n", "pt_lead")
RATIOS = {
    "j1_tau2": "j1_tau1",
    "j1_tau3": "j1_tau2",
    "j2_tau2": "j2_tau1",
    "j2_tau3": "j2_tau2",
}
"""N-subjettiness by its smaller neighbour, where a feature set has it."""
TINY = 1e-6


@dataclass(frozen=True)
class Invariants(bench.Encoder):
    """Lorentz invariants of the two leading jets, and ratios of what is inside them.

    Masses, the two jets' invariant mass and the products of their momenta do not change under
    boosts and turns; the difference of rapidity, the distance in azimuth and ratios of pt do not
    change under boosts along the beam. The azimuth itself, which says nothing, is left out.
    """

    name = "numbers-invariants"
    produces = frozenset({"numbers"})
    symmetries = frozenset({"phi rotation"})

    radius: float = 1.0
    """Jet radius R in the ratio m / (pt R)."""

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, 17 or more) float32; masses in GeV, the rest pure numbers.

        Raises:
            InputError: a column that they are computed from is not there.
        """
        import numpy as np

        names = [f"{jet}_{quantity}" for jet in JETS for quantity in (*MOMENTUM, *INSIDE)]
        if missing := [name for name in names if not table.has(name)]:
            raise bench.InputError(
                f"{self.name}: no column {', '.join(missing)}; wanted the jets' own features, "
                "as the feature set `standard` of collider events has them"
            )
        numbers = [*_together(table), *self._inside(table), *_ratios(table)]
        return {"numbers": np.stack(numbers, axis=1).astype(np.float32)}

    def _inside(self, table: bench.Table) -> list[NDArray[np.float64]]:
        """Of each jet: mass, m / (pt R), share of the hardest particle, particles; and of both."""
        import numpy as np

        numbers, counts = [], []
        for jet in JETS:
            pt, m, n, lead = (_get(table, jet, q) for q in ("pt", "m", "n", "pt_lead"))
            positive_pt = np.maximum(pt, TINY)
            numbers += [
                m,
                m / (positive_pt * self.radius),
                lead / positive_pt,
                n,
                np.log(np.maximum(n, 1.0)),
            ]
            counts.append(n)
        total = np.maximum(counts[0] + counts[1], 1.0)
        return [*numbers, (counts[0] - counts[1]) / total]


def _together(table: bench.Table) -> list[NDArray[np.float64]]:
    """Of both jets: |p1 + p2|, p1 p2, mass ratio, pt asymmetry, rapidity and azimuth apart."""
    import numpy as np

    momenta = [_momentum(table, jet) for jet in JETS]
    product = momenta[0][0] * momenta[1][0] - (momenta[0][1:] * momenta[1][1:]).sum(axis=0)
    m1, m2 = (_get(table, jet, "m") for jet in JETS)
    m_jj = np.sqrt(np.maximum(m1**2 + m2**2 + 2 * product, 0.0))
    pt1, pt2 = (_get(table, jet, "pt") for jet in JETS)
    rapidity = [0.5 * np.log((p[0] + p[3]) / np.maximum(p[0] - p[3], TINY)) for p in momenta]
    phi = _get(table, "j1", "phi") - _get(table, "j2", "phi")
    heavy, light = np.maximum(m1, m2), np.minimum(m1, m2)
    return [
        m_jj,
        np.sqrt(np.maximum(product, 0.0)),
        light / np.maximum(heavy, TINY),
        (pt1 - pt2) / np.maximum(pt1 + pt2, TINY),
        np.abs(rapidity[0] - rapidity[1]),
        np.abs((phi + np.pi) % (2 * np.pi) - np.pi),
    ]


def _ratios(table: bench.Table) -> list[NDArray[np.float64]]:
    """Substructure ratios, of what the feature set has."""
    import numpy as np

    return [
        table.column(upper).astype(np.float64) / np.maximum(table.column(lower), TINY)
        for upper, lower in RATIOS.items()
        if table.has(upper) and table.has(lower)
    ]


def _momentum(table: bench.Table, jet: str) -> NDArray[np.float64]:
    """Energy and momentum of a jet: (4, n), GeV."""
    import numpy as np

    pt, eta, phi, m = (_get(table, jet, quantity) for quantity in MOMENTUM)
    e = np.hypot(pt * np.cosh(eta), m)
    return np.stack([e, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])


def _get(table: bench.Table, jet: str, quantity: str) -> NDArray[np.float64]:
    return table.column(f"{jet}_{quantity}").astype("float64")


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The invariants."""
    return [Invariants]
