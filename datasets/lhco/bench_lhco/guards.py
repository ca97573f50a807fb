"""B006: features that contradict each other or what their names say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


TOLERANCE = 2e-3
"""Relative; jets are kept in float32, and their masses are small against their energies."""
JETS = ("j1", "j2")
MOMENTUM = ("pt", "eta", "phi", "m")


class Physics(bench.Guard[bench.InputEvidence]):
    """A feature is not what its name says, by an identity that it has to obey.

    Columns are known by their names: `j1_` and `j2_` with `pt`, `eta`, `phi`, `m`, `e`, `n` and
    `pt_lead`; `m_jj`, `dr_jj` and `n_particles`. The study diary's M_jj was the sum of the two
    jets' masses, its jets were not in order of pt, and nobody noticed for three weeks.
    """

    code, name = "B006", "physics"
    remedy = "mend the column where it is computed"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        """Which identity does not hold, in how many events."""
        tables = {role: table for role, table in evidence.tables.items() if role != "valid"}
        if not any(_has(table, "j1", "pt") for table in tables.values()):
            raise bench.NotApplicableError("no column j1_pt to start from")
        for role, table in tables.items():
            both = _both(table)
            for told, broken in _identities(table):
                bad = int((broken & both).sum())
                if bad:
                    yield f"{told} in {bad} of the {len(table)} events of the {role} sample"


def _identities(table: bench.Table) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """What must not be, and where it is: (n,)."""
    import numpy as np

    for jet in JETS:
        yield from _of_jet(table, jet)
    if all(_has(table, jet, "pt") for jet in JETS):
        first, second = (_get(table, jet, "pt") for jet in JETS)
        yield "the second jet has more pt than the first", second > first * (1 + TOLERANCE)
    if table.has("m_jj") and all(_has(table, jet, *MOMENTUM) for jet in JETS):
        mass = table.column("m_jj").astype(np.float64)
        yield "m_jj is not |p1 + p2|", _apart(mass, _invariant_mass(table), table)
    if table.has("dr_jj") and all(_has(table, jet, "eta", "phi") for jet in JETS):
        apart = table.column("dr_jj").astype(np.float64)
        eta, phi = (_get(table, "j1", q) - _get(table, "j2", q) for q in ("eta", "phi"))
        turn = np.abs((phi + np.pi) % (2 * np.pi) - np.pi)
        yield "dr_jj is not the jets' distance", np.abs(apart - np.hypot(eta, turn)) > TOLERANCE
    if table.has("n_particles") and all(_has(table, jet, "n") for jet in JETS):
        held = _get(table, "j1", "n") + _get(table, "j2", "n")
        yield "the jets hold more particles than the event", held > table.column("n_particles")


def _of_jet(table: bench.Table, jet: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    import numpy as np

    if _has(table, jet, "phi"):
        yield f"{jet}_phi is not an angle in rad", np.abs(_get(table, jet, "phi")) > 3.1416
    for quantity in ("pt", "m", "e", "n"):
        if _has(table, jet, quantity):
            yield f"{jet}_{quantity} is negative", _get(table, jet, quantity) < 0
    if _has(table, jet, *MOMENTUM, "e"):
        e = _get(table, jet, "e")
        wrong = np.abs(e / np.maximum(_energy(table, jet), 1e-9) - 1) > TOLERANCE
        yield f"{jet}_e is not the energy of its pt, eta and mass", wrong
    if _has(table, jet, "pt", "pt_lead", "n"):
        pt, lead, n = (_get(table, jet, q) for q in ("pt", "pt_lead", "n"))
        told = f"{jet}_n particles of at most {jet}_pt_lead do not add up to {jet}_pt"
        yield told, n * lead < pt * (1 - TOLERANCE)


def _invariant_mass(table: bench.Table) -> NDArray[np.float64]:
    """|p1 + p2| of the two jets, GeV: (n,)."""
    import numpy as np

    total = np.zeros((4, len(table)))
    for jet in JETS:
        pt, eta, phi = (_get(table, jet, q) for q in ("pt", "eta", "phi"))
        total += [_energy(table, jet), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
    e, px, py, pz = total
    return np.asarray(np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0.0)))


def _energy(table: bench.Table, jet: str) -> NDArray[np.float64]:
    import numpy as np

    pt, eta, m = (_get(table, jet, q) for q in ("pt", "eta", "m"))
    return np.asarray(np.hypot(pt * np.cosh(eta), m))


def _apart(
    got: NDArray[np.float64], wanted: NDArray[np.float64], table: bench.Table
) -> NDArray[np.bool_]:
    """Where two masses differ by more than what float32 jets explain."""
    import numpy as np

    return np.asarray(np.abs(got - wanted) > TOLERANCE * np.maximum(wanted, 1.0))


def _both(table: bench.Table) -> NDArray[np.bool_]:
    """Where there is a second jet."""
    import numpy as np

    if table.has("has_j2"):
        return np.asarray(table.column("has_j2") == 1)
    return np.ones(len(table), dtype=bool)


def _has(table: bench.Table, jet: str, *quantities: str) -> bool:
    return all(table.has(f"{jet}_{quantity}") for quantity in quantities)


def _get(table: bench.Table, jet: str, quantity: str) -> NDArray[np.float64]:
    return table.column(f"{jet}_{quantity}").astype("float64")
