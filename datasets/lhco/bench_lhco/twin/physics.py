"""What Pythia is told for each dataset and process, and its events as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MASSES = {"rd": (3500.0, 500.0, 100.0), "blackbox1": (3823.0, 732.0, 378.0)}
"""Masses of W', X and Y by dataset, GeV."""

PROCESSES = ("background", "signal")

# Multiparton interactions stay off: the official events show none. With them on, some 66 soft
# particles an event are too many.
COMMON = (
    "Print:quiet = on",
    "Beams:eCM = 13000.",
    "PartonLevel:MPI = off",
)
BACKGROUND = ("HardQCD:all = on", "PhaseSpace:pTHatMin = 1100.")
WIDTH = 0.1
"""Forced width of W', X and Y, GeV: far below what the detector resolves."""
SPAN = 1.0
"""Largest distance of a mass from its nominal value, GeV."""


@dataclass(frozen=True, eq=False)
class Generated:
    """The visible final-state particles of n generated events, flat and grouped by event."""

    event: NDArray[np.int64]  # (m,), the event of each particle, ascending
    code: NDArray[np.int32]  # (m,), PDG code
    pt: NDArray[np.float64]  # (m,), GeV
    eta: NDArray[np.float64]  # (m,)
    phi: NDArray[np.float64]  # (m,), rad
    e: NDArray[np.float64]  # (m,), GeV
    n: int


def settings(dataset: str, process: str) -> tuple[str, ...]:
    """Pythia's settings for `signal` or `background` of a dataset, without the seed."""
    if process == "background":
        return COMMON + BACKGROUND
    resonance, x, y = MASSES[dataset]
    return (
        *COMMON,
        "NewGaugeBoson:ffbar2Wprime = on",
        "Wprime:coup2WZ = 1.",
        "34:onMode = off",
        "34:onIfMatch = 24 23",
        *_narrow(34, resonance),
        *_quarks(24, x),
        *_quarks(23, y),
    )


def _narrow(code: int, mass: float) -> tuple[str, ...]:
    return (
        f"{code}:m0 = {mass}",
        f"{code}:mWidth = {WIDTH}",
        f"{code}:doForceWidth = on",
        # Pythia does not force the Z's width: one in six Z of 378 GeV would be 20 GeV off, some
        # 1000. The limits see to it; they cut the others' tails as well.
        f"{code}:mMin = {mass - SPAN}",
        f"{code}:mMax = {mass + SPAN}",
    )


def _quarks(code: int, mass: float) -> tuple[str, ...]:
    """A narrow W or Z of another mass, decaying to light quarks only."""
    return (*_narrow(code, mass), f"{code}:onMode = off", f"{code}:onIfAny = 1 2 3 4")


def generator(lines: Sequence[str], seed: int) -> Any:
    """A silent, initialised Pythia; seed from 1 to 900 000 000."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for line in (*lines, "Random:setSeed = on", f"Random:seed = {seed}"):
        if not pythia.readString(line):
            raise RuntimeError(f"pythia does not know the setting {line!r}")
    if not pythia.init():
        raise RuntimeError("pythia does not initialise")
    return pythia


def generate(pythia: Any, n: int) -> Generated:
    """The next n events (fewer where Pythia fails on one), neutrinos left out."""
    import awkward as ak

    batch = pythia.nextBatch(n)
    final = batch.prt[batch.prt.status > 0]
    counts = ak.to_numpy(ak.num(final))
    flat = ak.flatten(final)
    code = ak.to_numpy(flat.id)
    px, py, pz, e = (ak.to_numpy(flat.p[k]) for k in ("px", "py", "pz", "e"))
    event = np.repeat(np.arange(len(counts)), counts)
    pt = np.hypot(px, py)
    # Remnants of the beams have no transverse momentum and leave through the beam pipe.
    seen = ~np.isin(np.abs(code), (12, 14, 16)) & (pt > 1e-6)
    return Generated(
        event=event[seen],
        code=code[seen],
        pt=pt[seen],
        eta=np.arcsinh(pz[seen] / pt[seen]),
        phi=np.arctan2(py[seen], px[seen]),
        e=e[seen],
        n=len(counts),
    )
