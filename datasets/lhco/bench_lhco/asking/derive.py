"""What follows from what is said of an event, as the features of this package define it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import bench
from bench_lhco.asking.momenta import RULES, complete, impossible
from bench_lhco.features.diary import DIARY_COLUMNS, EVENT_SCALES, JET_SCALES
from bench_lhco.features.standard import FLAG

JETS = ("j1", "j2")
DIARY = ("pt_tev", "eta", "phi", "e_tev", "m_100gev", "n_100", "pt_lead_tev")
PLAIN = ("pt", "eta", "phi", "e", "m", "n", "pt_lead")


def arrange(said: Mapping[str, float], columns: Sequence[bench.Column]) -> dict[str, str]:
    """The jets by their pt: both by the other's name where the second one is the harder one.

    Not so for the study diary's columns, which keep the order that its jets came in.
    """
    if _of_the_diary(columns):
        return {}
    jets = _jets(said)
    pts = []
    for jet in jets.values():
        for _ in complete(jet):
            pass
        pts.append(jet.get("pt", math.nan))
    if not pts[0] < pts[1]:
        return {}
    other = {"j1": "j2", "j2": "j1"}
    return {
        name: f"{other[name[:2]]}{name[2:]}" for name in said if name.partition("_")[0] in other
    }


def derive(said: Mapping[str, float], columns: Sequence[bench.Column]) -> Iterator[bench.Derived]:
    """All that follows, also for what is said, so that the two can be compared."""
    jets = _jets(said)
    for prefix, jet in jets.items():
        for name, value, rule in complete(jet):
            yield bench.Derived(f"{prefix}_{name}", value, rule)
        yield from impossible(jet, prefix)
    if jets["j2"]:
        yield bench.Derived(FLAG, 1.0, "a second jet is spoken of")
    if said.get("n_particles", 0.0) < 0 or not float(said.get("n_particles", 0.0)).is_integer():
        yield bench.Derived("n_particles", math.nan, "a number of particles is a whole one")
    yield from _of_both(said, jets["j1"], jets["j2"])
    if _of_the_diary(columns):
        yield from _diary(said, jets)


def _of_the_diary(columns: Sequence[bench.Column]) -> bool:
    return any(column in DIARY_COLUMNS for column in columns)


def _jets(said: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """What is said of each jet."""
    parts = {name for name, *_ in RULES} | {n for _, needed, *_ in RULES for n in needed} | {"n"}
    return {
        jet: {
            name[3:]: value
            for name, value in said.items()
            if name.startswith(f"{jet}_") and name[3:] in parts
        }
        for jet in JETS
    }


def _of_both(
    said: Mapping[str, float], one: Mapping[str, float], two: Mapping[str, float]
) -> Iterator[bench.Derived]:
    turn = said.get("dphi_jj")
    apart = said.get("deta_jj")
    if "phi" in one and "phi" in two:
        turn = abs(math.remainder(one["phi"] - two["phi"], 2 * math.pi))
    if "eta" in one and "eta" in two:
        apart = abs(one["eta"] - two["eta"])
    if turn is not None and apart is not None:
        yield bench.Derived("dr_jj", math.hypot(turn, apart), "sqrt(deta^2 + dphi^2) of the jets")
    if "m" in one and "m" in two:
        total = one["m"] + two["m"]
        yield bench.Derived("m_sum", total, "the sum of the jets' masses")
        yield bench.Derived("m_jj", total, "the sum of the jets' masses", mistaken=True)
        yield bench.Derived(
            "m_heavy", max(one["m"], two["m"]), "the larger one of the jets' masses"
        )
        yield bench.Derived(
            "m_light", min(one["m"], two["m"]), "the smaller one of the jets' masses"
        )
    parts = ("e", "px", "py", "pz")
    if all(part in jet for part in parts for jet in (one, two)):
        yield from _pair(one, two)


def _pair(one: Mapping[str, float], two: Mapping[str, float]) -> Iterator[bench.Derived]:
    e, *p = (one[part] + two[part] for part in ("e", "px", "py", "pz"))
    size = math.hypot(*p)
    mass = math.sqrt(max((e - size) * (e + size), 0.0))
    yield bench.Derived("m_jj", mass, "|p1 + p2|, the jets' four-momenta added")
    squared = mass**2 - sum(
        (jet["e"] - jet["p"]) * (jet["e"] + jet["p"]) for jet in (one, two) if "p" in jet
    )
    yield bench.Derived("p1_p2", math.sqrt(max(squared, 0.0)), "sqrt(2 p1 . p2)")
    edge = 1 - 1e-15
    rapidities = [
        math.atanh(min(max(jet["pz"] / jet["e"], -edge), edge)) for jet in (one, two) if jet["e"]
    ]
    if len(rapidities) == 2:
        star = math.tanh(abs(rapidities[0] - rapidities[1]) / 2)
        yield bench.Derived("cos_theta_star", star, "tanh of half the jets' distance in rapidity")


def _diary(
    said: Mapping[str, float], jets: Mapping[str, Mapping[str, float]]
) -> Iterator[bench.Derived]:
    """The study diary's columns, in its order of jets; a jet that is not there is 0."""
    for jet, values in jets.items():
        for name, plain, scale in zip(DIARY, PLAIN, JET_SCALES, strict=True):
            if said.get(FLAG) == 0 and jet == "j2":
                yield bench.Derived(f"diary_{jet}_{name}", 0.0, "no second jet")
            elif plain in values:
                yield bench.Derived(f"diary_{jet}_{name}", values[plain] / scale, f"{jet}_{plain}")
    per_event = (said.get("n_particles"), None)
    if per_event[0] is not None:
        yield bench.Derived("diary_n_particles_200", per_event[0] / EVENT_SCALES[0], "n_particles")
    masses = [jet["m"] for jet in jets.values() if "m" in jet]
    if len(masses) == 2 or (said.get(FLAG) == 0 and masses):
        total = sum(masses)
        yield bench.Derived(
            "diary_m_sum_tev", total / EVENT_SCALES[1], "the sum of the jets' masses"
        )
