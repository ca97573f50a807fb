"""The quantities, by name: of each jet, of their order in mass, and of the two together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    import bench

    Jet = dict[str, NDArray[np.float64]]

JETS = ("j1", "j2")
OF_A_JET = ("pt", "eta", "phi", "m", "n", "pt_lead")
NEEDED = (*(f"{jet}_{name}" for jet in JETS for name in OF_A_JET), "n_particles")
"""The columns that all is computed from."""


def quantities(table: bench.Table, radius: float) -> dict[str, NDArray[np.float64]]:
    """(n,) each, in GeV where it is a mass and a pure number otherwise."""
    first, second = (_jet(table, jet) for jet in JETS)
    pair = _pair(first, second)
    both = second["pt"] > 0
    pair = {name: np.where(both, values, 0.0) for name, values in pair.items()}
    particles = table.column("n_particles").astype(np.float64)
    singles = {
        f"{jet}_{name}": values
        for jet, momentum in zip(JETS, (first, second), strict=True)
        for name, values in _single(momentum, particles, radius).items()
    }
    return {**singles, **pair}


def _jet(table: bench.Table, jet: str) -> Jet:
    """What is known of one jet, with its momentum (px, py, pz, e) in GeV."""
    made = {name: table.column(f"{jet}_{name}").astype(np.float64) for name in OF_A_JET}
    pt, eta, phi, m = (made[name] for name in ("pt", "eta", "phi", "m"))
    made |= {"px": pt * np.cos(phi), "py": pt * np.sin(phi), "pz": pt * np.sinh(eta)}
    # the energy is taken of the mass, so that invariants do not lose it to float32
    made["e"] = np.sqrt((pt * np.cosh(eta)) ** 2 + m**2)
    made["y"] = np.arcsinh(_share(made["pz"], np.hypot(pt, m)))
    return made


def _single(jet: Jet, particles: NDArray[np.float64], radius: float) -> Jet:
    """Mass, and ratios within a jet."""
    return {
        "m": jet["m"],
        "rho": _share(jet["m"], jet["pt"] * radius),
        "m_over_e": _share(jet["m"], jet["e"]),
        "lead_share": _share(jet["pt_lead"], jet["pt"]),
        "n_share": _share(jet["n"], particles),
        "m_over_sqrt_n": _share(jet["m"], np.sqrt(jet["n"])),
    }


def _pair(first: Jet, second: Jet) -> Jet:
    """What two jets are needed for."""
    names = ("px", "py", "pz", "e")
    px, py, pz, e = (first[name] + second[name] for name in names)
    product = first["e"] * second["e"] - sum(first[k] * second[k] for k in names[:3])
    mass = np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0.0))
    light, heavy = (choose(first["m"], second["m"]) for choose in (np.minimum, np.maximum))
    half = (first["y"] - second["y"]) / 2
    pt, turn = np.hypot(px, py), np.abs(first["phi"] - second["phi"])
    return {
        "m_jj": mass,
        "root_product": np.sqrt(np.maximum(2 * product, 0.0)),  # of p1 . p2
        "m_light": light,
        "m_heavy": heavy,
        "m_light_over_heavy": _share(light, heavy),
        "m_heavy_over_m_jj": _share(heavy, mass),
        "m_sum_over_m_jj": _share(light + heavy, mass),
        "pt_sum_over_m_jj": _share(first["pt"] + second["pt"], mass),
        "pt_jj_over_m_jj": _share(pt, mass),
        "cos_theta": np.abs(np.tanh(half)),  # of the scattering, in the frame of the two
        "pt_asymmetry": _share(first["pt"] - second["pt"], first["pt"] + second["pt"]),
        "n_asymmetry": _share(np.abs(first["n"] - second["n"]), first["n"] + second["n"]),
        "acoplanarity": np.abs(np.pi - np.minimum(turn, 2 * np.pi - turn)),
    }


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """One over the other; 0 where there is nothing to share."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
