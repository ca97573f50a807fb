"""How the numbers of a text from a template are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PLACE = re.compile(r"(?<!\{)\{(\w+)\}")
PURE = frozenset({"eta", "phi", "n", "tau1", "tau2", "tau3", "tau21", "tau32", "z_sd", "d2", "c2"})
"""Ends of the names of quantities without a unit of energy."""

Piece = tuple[str, str]
"""A literal and nothing, or a value's key, such as `1pt_g`, behind `@`."""


def split(template: str) -> list[Piece]:
    """Literals, and the values between them."""
    out: list[Piece] = []
    at = 0
    for match in PLACE.finditer(template):
        out += [(template[at : match.start()], ""), ("", match[1])]
        at = match.end()
    out.append((template[at:], ""))
    return [(literal.replace("{{", "{").replace("}}", "}"), key) for literal, key in out]


@dataclass
class Style:
    """How the numbers of a text are written."""

    rng: np.random.Generator

    def __post_init__(self) -> None:
        """As a hand would."""
        self.unit = str(self.rng.choice(("GeV", "TeV", "MeV", ""), p=(0.55, 0.28, 0.07, 0.1)))
        self.comma = bool(self.rng.random() < 0.15)
        self.power = bool(self.rng.random() < 0.1)
        self.digits = int(self.rng.integers(1, 8))

    def heed(self, words: Sequence[str]) -> None:
        """What the first line of a template asks for."""
        for word in words:
            if word in ("GeV", "TeV", "MeV"):
                self.unit = word
            elif word in ("comma", "dot"):
                self.comma = word == "comma"

    def number(self, kind: str) -> str:
        """Any number of a kind."""
        rng = self.rng
        if kind in ("n", "n_particles"):
            return str(int(rng.integers(3, 300)))
        size = 10 ** rng.uniform(1.3, 3.6) if kind not in PURE else rng.uniform(0, 3.2)
        size /= {"TeV": 1e3, "MeV": 1e-3}.get(self.unit, 1.0) if kind not in PURE else 1.0
        signed = kind in ("eta", "phi", "px", "py", "pz") and rng.random() < 0.5
        said = (
            f"{size:.{self.digits}e}"
            if self.power
            else f"{size:.{self.digits if size < 9999 else 1}g}"
        )
        said = said if "e" not in said or self.power else f"{size:.1f}"
        said = ("-" if signed else "") + said
        return said.replace(".", ",") if self.comma else said


def fill(
    pieces: Sequence[Piece], style: Style, rng: np.random.Generator
) -> tuple[str, list[tuple[tuple[int, int], str]]]:
    """The text with its numbers, and what each is; "" for none that is asked for."""
    out, spans, length = [], [], 0
    for literal, key in pieces:
        text = literal
        if key == "U":
            text = style.unit or "GeV"
        elif key:
            none, kind = key.startswith("@"), kind_of(key)
            number = style.number(kind) if kind else _any(rng)
            spans.append(((length, length + len(number)), "" if none else name_of(key)))
            marked = key.endswith(("_", "_g", "_d"))
            energy = kind and kind not in PURE and kind not in ("dr_jj", "n_particles")
            text = f"{number} {style.unit}" if energy and not marked and style.unit else number
        out.append(text)
        length += len(text)
    return "".join(out), spans


def _any(rng: np.random.Generator) -> str:
    whole = rng.random() < 0.5
    return (
        str(int(rng.integers(0, 2000)))
        if whole
        else f"{rng.uniform(0, 300):.{rng.integers(1, 4)}f}"
    )


def bare(key: str) -> str:
    """A key without its mark of style."""
    return re.sub(r"_[gd]?$", "", key.removeprefix("@"))


def kind_of(key: str) -> str:
    """The end of the quantity's name."""
    own = bare(key)
    return "" if own == "U" else own[1:] if own[:1] in ("1", "2") else own


def name_of(key: str) -> str:
    """The quantity's name."""
    own = bare(key)
    return f"j{own[0]}_{own[1:]}" if own[0] in "12" else own
