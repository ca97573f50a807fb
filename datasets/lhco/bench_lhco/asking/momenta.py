"""What follows from what is said of one jet, by the definitions of its quantities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, MutableMapping

import bench

Values = Mapping[str, float]
Rule = tuple[str, tuple[str, ...], Callable[..., float], str]
"""What follows, from what, how, and the rule in words."""


def _of_squares(square: float) -> float:
    """A root; NaN of a square that is below zero by more than rounding."""
    return math.sqrt(max(square, 0.0))


def _eta(pt: float, pz: float) -> float:
    return math.asinh(pz / pt) if pt > 0 else math.nan


RULES: tuple[Rule, ...] = (
    ("pt", ("px", "py"), math.hypot, "sqrt(px^2 + py^2)"),
    ("phi", ("px", "py"), lambda px, py: math.atan2(py, px), "atan2(py, px)"),
    ("eta", ("theta",), lambda theta: -math.log(math.tan(theta / 2)), "-ln tan(theta / 2)"),
    ("pz", ("pt", "eta"), lambda pt, eta: pt * math.sinh(eta), "pt sinh(eta)"),
    ("eta", ("pt", "pz"), _eta, "asinh(pz / pt)"),
    ("p", ("pt", "pz"), math.hypot, "sqrt(pt^2 + pz^2)"),
    ("pt", ("p", "eta"), lambda p, eta: p / math.cosh(eta), "|p| / cosh(eta)"),
    ("p", ("e", "m"), lambda e, m: _of_squares((e - m) * (e + m)), "sqrt(E^2 - m^2)"),
    ("e", ("p", "m"), math.hypot, "sqrt(|p|^2 + m^2)"),
    ("m", ("e", "p"), lambda e, p: _of_squares((e - p) * (e + p)), "sqrt(E^2 - |p|^2)"),
    ("px", ("pt", "phi"), lambda pt, phi: pt * math.cos(phi), "pt cos(phi)"),
    ("py", ("pt", "phi"), lambda pt, phi: pt * math.sin(phi), "pt sin(phi)"),
    ("pt_lead", ("pt_lead_share", "pt"), lambda share, pt: share * pt, "its share of the jet's pt"),
    ("tau21", ("tau2", "tau1"), lambda two, one: two / one, "tau2 / tau1"),
    ("tau32", ("tau3", "tau2"), lambda three, two: three / two, "tau3 / tau2"),
    ("tau2", ("tau21", "tau1"), lambda ratio, one: ratio * one, "tau21 tau1"),
)
"""Applied in turn, again and again, until nothing new follows."""


def complete(jet: MutableMapping[str, float]) -> Iterator[tuple[str, float, str]]:
    """Adds to what is said of a jet what follows; gives each, and other ways to what is known."""
    used: set[int] = set()
    new = True
    while new:
        new = False
        for i, (name, needed, rule, words) in enumerate(RULES):
            if i in used or not jet.keys() >= set(needed):
                continue
            used.add(i)
            new = True
            try:
                value = rule(*(jet[one] for one in needed))
            except (ValueError, ZeroDivisionError, OverflowError):
                value = math.nan
            yield name, value, words
            if math.isfinite(value):
                jet.setdefault(name, value)


def impossible(jet: Values, prefix: str) -> Iterator[bench.Derived]:
    """What no jet can have."""
    for name in ("pt", "e", "m", "n", "pt_lead", "tau1", "tau21", "tau32", "p"):
        if jet.get(name, 0.0) < 0:
            yield bench.Derived(f"{prefix}_{name}", math.nan, f"{name} is negative")
    if "e" in jet and "p" in jet and jet["e"] < jet["p"] * (1 - 1e-3):
        yield bench.Derived(
            f"{prefix}_e", math.nan, f"E = {jet['e']:.6g} is less than |p| = {jet['p']:.6g}"
        )
    if not float(jet.get("n", 0.0)).is_integer():
        yield bench.Derived(f"{prefix}_n", math.nan, f"n = {jet['n']:g} is no whole number")
