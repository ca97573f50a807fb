"""What Pythia is told for each dataset and process, and its events as flat arrays."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Multiparton interactions stay off: the official events show none. With them on, some 66 soft
# particles an event are too many. What lives longer than 10 mm / c, such as K0S and Lambda, is left
# to the detector, as in the settings that Delphes gives for Pythia (`configNoLHE.cmnd`).
COMMON = (
    "Print:quiet = on",
    "Beams:eCM = 13000.",
    "PartonLevel:MPI = off",
    "ParticleDecays:limitTau0 = on",
    "ParticleDecays:tau0Max = 10.",
)
WIDTH = 0.1
"""Forced width of a resonance, GeV: far below what the detector resolves."""
SPAN = 1.0
"""Largest distance of a mass from its nominal value, GeV."""


@dataclass(frozen=True)
class Process:
    """What Pythia is told of one kind of events, without the seed."""

    label: int
    """0 background, 1 and more the kinds of signal."""
    stream: int
    """A number of its own among all processes, below `STREAMS`; never given to another one."""
    settings: tuple[str, ...]


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


def _w_prime(resonance: float, *decays: str) -> tuple[str, ...]:
    """W' to X and Y, for which W and Z stand in."""
    return (
        *COMMON,
        "NewGaugeBoson:ffbar2Wprime = on",
        "Wprime:coup2WZ = 1.",
        "34:onMode = off",
        "34:onIfMatch = 24 23",
        *_narrow(34, resonance),
        *decays,
    )


def _two_prongs(resonance: float, x: float, y: float) -> tuple[str, ...]:
    return _w_prime(resonance, *_quarks(24, x), *_quarks(23, y))


def _three_prongs(resonance: float, x: float, y: float) -> tuple[str, ...]:
    """Z' to X and Y, each of which goes to three quarks, flat in phase space.

    A hidden valley's Z' is one whose decays Pythia takes as they are given; W and Z would go to
    pairs only. Those to ordinary fermions stay known, since they say how quarks make the Z'.
    """
    return (
        *COMMON,
        "HiddenValley:ffbar2Zv = on",
        *_narrow(4900023, resonance),
        *_to_three_quarks(9900001, "X", x),
        *_to_three_quarks(9900002, "Y", y),
        "4900023:addChannel = 1 1. 101 9900001 9900002",
        "4900023:onMode = off",
        "4900023:onIfMatch = 9900001 9900002",
    )


def _to_three_quarks(code: int, name: str, mass: float) -> tuple[str, ...]:
    """A new scalar without charge and colour that decays to u, d and s."""
    return (
        f"{code}:all = {name} void 1 0 0 {mass} {WIDTH} {mass - SPAN} {mass + SPAN} 0.",
        f"{code}:isResonance = on",
        f"{code}:oneChannel = 1 1. 101 2 1 3",
    )


def _excited(resonance: float, *decays: str) -> tuple[str, ...]:
    """A resonance that goes to two jets or, by way of another one, to three: an excited quark."""
    return (
        *COMMON,
        "ExcitedFermion:dg2dStar = on",
        "ExcitedFermion:ug2uStar = on",
        *(line for code in (4000001, 4000002) for line in _narrow(code, resonance)),
        *(f"{code}:onMode = off" for code in (4000001, 4000002)),
        *decays,
    )


QCD = (*COMMON, "HardQCD:all = on", "PhaseSpace:pTHatMin = 1100.")
VINCIA = "PartonShowers:model = 2"
OTHER_QCD = (*QCD, VINCIA, "Vincia:ewMode = 0", "Vincia:helicityShower = off")
"""The same hard processes with the antenna shower of Vincia: five times slower."""

PROCESSES: Mapping[str, Mapping[str, Process]] = MappingProxyType(
    {
        "rd": {
            "background": Process(0, 2, QCD),
            "signal": Process(1, 3, _two_prongs(3500.0, 500.0, 100.0)),
        },
        "rd3": {
            "background": Process(0, 8, QCD),
            "signal": Process(1, 9, _three_prongs(3500.0, 500.0, 100.0)),
        },
        "blackbox1": {
            "background": Process(0, 0, QCD),
            "signal": Process(1, 1, _two_prongs(3823.0, 732.0, 378.0)),
        },
        "blackbox2": {
            "background": Process(0, 4, OTHER_QCD),
        },
        "blackbox3": {
            "background": Process(0, 5, QCD),
            "dijet": Process(
                1, 6, _excited(4200.0, "4000001:onIfMatch = 1 21", "4000002:onIfMatch = 2 21")
            ),
            "trijet": Process(
                2,
                7,
                _excited(
                    4200.0,
                    "4000001:onIfMatch = 1 23",
                    "4000002:onIfMatch = 2 23",
                    *_quarks(23, 2217.0),
                ),
            ),
        },
    }
)
"""What a twin is made of, by dataset and by the name of its kind of events; masses in GeV."""
STREAMS = 64
"""Room for processes, so that no two chunks of a seed share Pythia's seed."""


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


def generator(lines: Sequence[str], seed: int) -> Any:
    """A silent, initialised Pythia; seed from 1 to 900 000 000."""
    import pythia8mc

    with _silence():  # Vincia introduces itself at length
        pythia = pythia8mc.Pythia("", False)
        for line in (*lines, "Random:setSeed = on", f"Random:seed = {seed}"):
            if not pythia.readString(line):
                raise RuntimeError(f"pythia does not know the setting {line!r}")
        if not pythia.init():
            raise RuntimeError("pythia does not initialise")
    return pythia


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that compiled code prints reaches the standard output."""
    sys.stdout.flush()
    stdout = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def generate(pythia: Any, n: int) -> Generated:
    """The next n events (fewer where Pythia fails on one), neutrinos left out."""
    import awkward as ak

    # Column by column: a cut on the records would copy all of their columns.
    record = pythia.nextBatch(n).prt
    counts = ak.to_numpy(ak.num(record))
    jagged = (record.status, record.id, *(record.p[name] for name in ("px", "py", "pz", "e")))
    status, *columns = (ak.to_numpy(ak.flatten(column)) for column in jagged)
    event = np.repeat(np.arange(len(counts)), counts)
    final = np.nonzero(status > 0)[0]
    event, code, px, py, pz, e = (column[final] for column in (event, *columns))
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
