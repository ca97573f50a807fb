"""Texts of events with what they say: by hand, and from templates; no formatter trained on them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BY_HAND = Path(__file__).with_name("asking_by_hand.txt")
DEVELOPMENT = Path(__file__).with_name("asking_templates_development.txt")
"""Templates that rules are written after."""
CHOICE = Path(__file__).with_name("asking_templates_choice.txt")
"""Templates that nothing is trained on and no rule is written after, to choose formatters by."""
HELD_OUT = Path(__file__).with_name("asking_templates_held_out.txt")
"""Templates whose failures nobody has looked at."""
ENERGIES = ("pt", "e", "m", "pt_lead", "px", "py", "pz", "m_jj")


@dataclass(frozen=True)
class Case:
    """A text, and what it says in GeV and rad; or why it is to be refused."""

    text: str
    values: dict[str, float] = field(default_factory=dict)
    refusal: str = ""
    """`several`, `missing NAME` or `contradiction NAME`; empty where it is to be read."""


def blocks(file: Path) -> list[str]:
    """The parts of a file, each under a line with its number."""
    return re.split(r"^=== \d+\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def by_hand() -> list[Case]:
    """The texts that were written one by one."""
    cases = []
    for block in blocks(BY_HAND):
        text, _, said = block.rpartition("\n--- ")
        if said.startswith("refuse "):
            cases.append(Case(text, refusal=said.removeprefix("refuse ").strip()))
        else:
            pairs = (pair.split() for pair in said.strip().split(";"))
            cases.append(Case(text, {name: float(value) for name, value in pairs}))
    return cases


UNITS = {"GeV": 1.0, "TeV": 1e3, "MeV": 1e-3}


def from_templates(count: int, seed: int, file: Path) -> list[Case]:
    """Texts from all templates in turn, each with an event and a style of its own."""
    rng, templates = np.random.default_rng(seed), blocks(file)
    return [_case(templates[i % len(templates)].rstrip("\n"), rng) for i in range(count)]


def _case(template: str, rng: np.random.Generator) -> Case:
    event, values = _event(rng), {}
    unit = str(rng.choice(list(UNITS), p=(0.6, 0.3, 0.1)))
    comma = bool(rng.random() < 0.15) and '"' not in template and "|" not in template
    comma = comma and ", {" not in template
    style = str(rng.choice(["plain", "plain", "long", "power"]))
    if template.startswith("~ "):
        first, _, template = template.partition("\n")
        for word in first.split()[1:]:
            name, equals, value = word.partition("=")
            if equals:
                values[name] = float(value)
            elif word in UNITS:
                unit = word
            elif word in ("comma", "dot"):
                comma = word == "comma"
            else:
                style, comma = word, False

    def say(match: re.Match[str]) -> str:
        name = match[1]
        if name == "U":
            return unit
        mark = next((mark for mark in ("_g", "_d", "_") if name.endswith(mark)), "")
        bare = name.removesuffix(mark)
        key = f"j{bare[0]}_{bare[1:]}" if bare[0] in "12" else bare
        energy = (bare[1:] if bare[0] in "12" else bare) in ENERGIES
        scale = math.pi / 180 if mark == "_d" else 1.0
        if energy:
            scale = UNITS["GeV" if mark == "_g" else unit]
        number = _number(event[key] / scale, key, style)
        values[key] = float(number) * scale
        number = dress(number, style)
        number = number.replace(".", ",") if comma else number
        return f"{number} {unit}" if energy and not mark else number

    text = re.sub(r"(?<!\{)\{(\w+)\}", say, template).replace("{{", "{").replace("}}", "}")
    if "no second jet" in text or "Only one jet" in text:
        values["has_j2"] = 0.0
    if "two jets" in text.casefold():
        values["has_j2"] = 1.0
    return Case(text, values)


def _number(value: float, key: str, style: str) -> str:
    if key.endswith("_n") or key == "n_particles":
        return str(round(value))
    if style == "power":
        return f"{value:.4e}"
    if style == "long":
        return f"{value:.6f}" if abs(value) >= 1000 else f"{value:.8f}"
    return f"{value:.1f}" if abs(value) >= 1000 else f"{value:.4g}"


POWERS = {"latex": "{}\\times 10^{{{}}}", "times": "{} × 10^{}", "unicode": "{}·10{}"}


def dress(number: str, style: str) -> str:
    """A number as it is written in a style: thousands apart, or with a power of ten."""
    whole, _, rest = number.partition(".")
    if len(whole.lstrip("-")) > 3 and style in ("thousands", "german"):
        number = f"{int(whole):,}.{rest}"
    elif len(whole.lstrip("-")) > 3 and style in POWERS and rest:
        digits = len(whole.lstrip("-")) - 1
        mantissa = number.replace(".", "")
        place = len(mantissa) - len(rest) - digits
        power = str(digits).translate(
            str.maketrans("3456", "³⁴⁵⁶" if style == "unicode" else "3456")
        )
        number = POWERS[style].format(f"{mantissa[:place]}.{mantissa[place:]}", power)
    if style == "german":
        number = number.translate(str.maketrans(".,", ",."))
    return number.replace("-", "−") if style == "unicode" else number


def _event(rng: np.random.Generator) -> dict[str, float]:
    """The numbers of an event as such events have them, each following from the four-momenta."""
    event: dict[str, float] = {}
    p4 = np.zeros(4)
    first = rng.uniform(1200, 1900)
    phi = rng.uniform(-3.1, 3.1)
    for jet, pt in ((1, first), (2, first * rng.uniform(0.8, 0.99))):
        turn = phi if jet == 1 else math.remainder(phi + rng.normal(np.pi, 0.1), 2 * np.pi)
        eta, m = rng.normal(0, 0.8), rng.choice([100, 500, 60, 250]) * rng.uniform(0.8, 1.2)
        px, py, pz = pt * math.cos(turn), pt * math.sin(turn), pt * math.sinh(eta)
        e = math.sqrt(px**2 + py**2 + pz**2 + m**2)
        n = rng.integers(15, 120)
        values = (pt, eta, turn, m, e, px, py, pz, n, pt * rng.uniform(0.1, 0.4))
        names = ("pt", "eta", "phi", "m", "e", "px", "py", "pz", "n", "pt_lead")
        event |= {f"j{jet}_{name}": float(v) for name, v in zip(names, values, strict=True)}
        p4 += (px, py, pz, e)
    event["m_jj"] = math.sqrt(p4[3] ** 2 - (p4[:3] ** 2).sum())
    turn = math.remainder(event["j1_phi"] - event["j2_phi"], 2 * math.pi)
    event["dr_jj"] = math.hypot(event["j1_eta"] - event["j2_eta"], turn)
    event["n_particles"] = float(event["j1_n"] + event["j2_n"] + rng.integers(20, 100))
    return event
