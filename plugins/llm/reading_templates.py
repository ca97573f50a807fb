"""Texts from templates that people would write, in other words: what the base `reader` learns from.

The templates are those of `benchmarks/asking_templates_development.txt`; never the held-out ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from reading_rewording import VERBS, Rewording, Word
from reading_styles import PURE, Piece, Style, bare, fill, kind_of, split
from reading_words import BEHIND, BESIDE, PLAIN, QUALIFIERS

T = TypeVar("T")
MOVABLE = frozenset({"pt", "m", "e", "px", "py", "pz", "pt_lead", "m_sd", "p", *PURE})
"""Ends of names that may take each other's place, with their words."""
SEPARATORS = (
    *(((" = ", ": "),), ((": ", " = "),), (("; ", ", "),), ((", ", "; "),), ((", ", " "),)),
    *(((", ", "\n"),), (("; ", "\n"),), (("\n", "; "),), (("\n", " "),), (("=", " "),)),
    *(((" and ", ", "),), (("|", "\t"),), (("|", ";"),), ((" = ", "="),), (("=", " = "),)),
    *(((", ", " / "),), ((", ", " | "),), ((" and ", " & "),), ((" is ", ": "),)),
    *(((" of ", " = "),), ((":", ""),), ((" ", "  "),), (("\n", "\r\n"),), (("-", " "),)),
    *((("_", " "),), (("the ", ""),), (("(", "["), (")", "]"))),
)
"""What is put in place of what."""


@dataclass(eq=False)
class Templates:
    """Texts of templates, reworded, with the fact of each number."""

    rewording: Rewording
    templates: Sequence[str]
    rng: np.random.Generator

    def text(self) -> tuple[str, list[tuple[tuple[int, int], str]]]:
        """A text, and for the span of each value the name of its quantity; "" for no quantity."""
        rng = self.rng
        template = self.templates[int(rng.integers(len(self.templates)))].rstrip("\n")
        style = Style(rng)
        if template.startswith("~ "):
            first, _, template = template.partition("\n")
            style.heed(first.split()[1:])
        style.comma &= not re.search(r'["|]|, \{', template)
        pieces = split(template)
        if rng.random() < 0.85:
            pieces = self._reworded(pieces)
        pieces = self._beside(self._loosened(pieces))
        return fill(pieces, style, rng)

    def _reworded(self, pieces: list[Piece]) -> list[Piece]:
        """With other words, and now and then other quantities, or the jets' roles exchanged."""
        moved, swapped = self._moves(pieces)
        chosen: dict[tuple[str, str], str] = {}
        rate, fixed = float(self.rng.choice((0.0, 0.5, 0.9))), self.rng.random() < 0.7

        def put(match: re.Match[str]) -> str:
            word, meaning = match[0], self.rewording.words[match[0].lower()]
            text, (start, end) = match.string, match.span()
            means = swapped.get(meaning.means, moved.get(meaning.means, meaning.means))
            if means == meaning.means and (self.rng.random() >= rate or word.lower() in VERBS):
                return word
            beside = text[max(0, start - 1) : start] + text[end : end + 1]
            glued = bool(re.search(r"[\w.\[({]", beside)) or (word.isalnum() and '"' in beside)
            key = (word.lower(), means)
            if not fixed or key not in chosen:
                aim = Word(means, meaning.shape)
                if aim not in self.rewording.like:
                    shapes = ("noun", "symbol", "short", "plural")
                    aims = [Word(means, s) for s in shapes]
                    aim = next((one for one in aims if one in self.rewording.like), aim)
                chosen[key] = self.rewording.other(word, aim, glued=glued, rng=self.rng)
            return chosen[key]

        out: list[Piece] = []
        for literal, key in pieces:
            out.append((self.rewording.pattern.sub(put, literal), _moved(key, moved, swapped)))
        return out

    def _moves(self, pieces: list[Piece]) -> tuple[dict[str, str], dict[str, str]]:
        """Which kinds of quantity take each other's place, and whether the jets do."""
        joined = "\0".join(literal for literal, _ in pieces)
        means: dict[str, int] = {}
        for match in self.rewording.pattern.finditer(joined):
            if match[0].lower() in VERBS:
                means["verb"] = 1
            of = self.rewording.words[match[0].lower()].means
            means[of] = means.get(of, 0) + 1
        keys = {kind_of(key) for _, key in pieces if key}
        moved: dict[str, str] = {}
        if self.rng.random() < 0.35:
            bound = {"m" for _ in range("m_jj" in keys or "verb" in means)}
            bound |= {"n"} if "n_particles" in keys else set()
            free = [k for k in sorted(keys) if k in MOVABLE - bound and means.get(k)]
            for kind in free:
                to = sorted((PURE if kind in PURE else MOVABLE - PURE) - keys - {*moved.values()})
                if to and self.rng.random() < 0.5:
                    moved[kind] = to[int(self.rng.integers(len(to)))]
        swaps = means.get("jet 1", 0) == means.get("jet 2", 0) > 0 and self.rng.random() < 0.12
        return moved, {"jet 1": "jet 2", "jet 2": "jet 1"} if swaps else {}

    def _loosened(self, pieces: list[Piece]) -> list[Piece]:
        """Other separators, a typing error, a qualifier that makes a value another one's."""
        rng = self.rng
        if rng.random() < 0.3:
            for old, new in _pick(SEPARATORS, rng):
                pieces = [(literal.replace(old, new), key) for literal, key in pieces]
        for i, (literal, key) in enumerate(pieces):
            if rng.random() < 0.02:
                pieces[i] = (_mistyped(literal, rng), key)
        if rng.random() < 0.08 and len(pieces) > 2:
            i = int(rng.integers(1, len(pieces)))
            matches = [*self.rewording.pattern.finditer(pieces[i - 1][0])]
            direct = matches and re.fullmatch(
                r"\s*(?:[=:]|is|of)?\s*", pieces[i - 1][0][matches[-1].end() :]
            )
            kind = kind_of(pieces[i][1])
            if direct and self.rewording.words[matches[-1][0].lower()].means == kind != "m":
                a, b = matches[-1].span()
                text = pieces[i - 1][0]
                if rng.random() < 0.7:
                    text = text[:a] + _pick(QUALIFIERS, rng) + text[a:]
                else:
                    text = text[:b] + _pick(BEHIND, rng) + text[b:]
                pieces[i - 1] = (text, "")
                pieces[i] = ("", "@" + pieces[i][1].removeprefix("@"))
        return pieces

    def _beside(self, pieces: list[Piece]) -> list[Piece]:
        """Words and numbers around it that say nothing of what is asked for."""
        rng = self.rng
        joint = _pick((" ", "\n", ". ", "; ", ", ", "\n\n"), rng)
        for before in (True, False):
            if rng.random() < 0.3:
                extra: list[Piece] = []
                for _ in range(int(rng.integers(1, 3))):
                    saying = _pick(BESIDE, rng) if rng.random() < 0.7 else _pick(PLAIN, rng)
                    first, *rest = saying.split("{}")
                    extra.append((first, ""))
                    for part in rest:
                        extra += [("", "@"), (part, "")]
                    extra.append((joint, ""))
                pieces = [*extra, *pieces] if before else [*pieces, (joint, ""), *extra]
        return pieces


def _moved(key: str, moved: dict[str, str], swapped: dict[str, str]) -> str:
    own = bare(key)
    if own[:1] not in ("1", "2"):
        return key
    which = {"1": "2", "2": "1"}[own[0]] if swapped else own[0]
    return which + moved.get(own[1:], own[1:]) + key[len(own) :]


def _mistyped(text: str, rng: np.random.Generator) -> str:
    letters = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if not letters:
        return text
    i = letters[int(rng.integers(len(letters)))]
    return text[:i] + (
        text[i + 1] + text[i] + text[i + 2 :] if rng.random() < 0.5 else text[i + 1 :]
    )


def _pick(among: Sequence[T], rng: np.random.Generator) -> T:
    return among[int(rng.integers(len(among)))]
