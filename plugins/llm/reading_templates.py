"""Texts from templates that people would write, in other words: what the base `reader` learns from.

The templates are those of `benchmarks/asking_templates_development.txt`; never the held-out ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from reading_words import BEHIND, BESIDE, OBJECTS, PLAIN, QUALIFIERS, QUANTITIES

import bench
from bench.api.table import EVENT

T = TypeVar("T")
PLACE = re.compile(r"(?<!\{)\{(\w+)\}")
PURE = frozenset({"eta", "phi", "n", "tau1", "tau2", "tau3", "tau21", "tau32", "z_sd", "d2", "c2"})
MOVABLE = frozenset({"pt", "m", "e", "px", "py", "pz", "pt_lead", "m_sd", "p", *PURE})
"""Ends of names that may take each other's place, with their words."""
VERBS = frozenset({"weighs", "weigh", "weighing"})
FOREIGN = re.compile(r"[äöüßéè]|impuls|Masse|Teilchen|Konstit|constituants|particules|Jet$")
LETTER = r"[^\W\d_]"

Piece = tuple[str, str]
"""A literal and nothing, or a value's key, such as `1pt_g`, behind `@`."""


@dataclass(frozen=True)
class Word:
    """What a word stands for: an object or a kind of quantity, in a shape."""

    means: str
    shape: str
    """`symbol`, `noun` or `plural`; of objects `short`, `noun`, `one` or `adjective`."""


def shape_of(word: str, of_object: bool) -> str:
    """By which words it can be replaced."""
    if of_object:
        if word.endswith(" one"):
            return "one"
        if " " in word or ("-" in word and "jet" in word):
            return "noun"
        return "short" if re.search(r"jet|^j|\d", word, re.IGNORECASE) else "adjective"
    if word.endswith(("s", "momenta")):
        return "plural"
    return "symbol" if len(word) <= 6 and " " not in word and word != "mass" else "noun"


class Rewording:
    """The words of a vocabulary, and others like them."""

    def __init__(self, vocabulary: bench.Vocabulary) -> None:
        self.words: dict[str, Word] = {}
        self.like: dict[Word, list[str]] = {}
        for quantity in vocabulary.quantities:
            event = quantity.object == EVENT
            if not event and quantity.object != "jet 1":
                continue
            end = quantity.name if event else quantity.name.removeprefix("j1_")
            for word in (*quantity.words, *QUANTITIES.get(end, ())):
                self._add(word, end, of_object=False)
        for name in ("jet 1", "jet 2"):
            for word in (*vocabulary.objects[name], *OBJECTS[name]):
                self._add(word, name, of_object=True)
        every = sorted(self.words, key=len, reverse=True)
        self.pattern = re.compile(
            rf"(?<!{LETTER})(?:{'|'.join(map(re.escape, every))})(?!{LETTER}|(?<=\d)\d)",
            re.IGNORECASE,
        )

    def _add(self, word: str, means: str, *, of_object: bool) -> None:
        key, meaning = word.lower(), Word(means, shape_of(word, of_object))
        if key in self.words or means in ("has_j2", "pt_lead_share"):
            return
        self.words[key] = meaning
        if word not in VERBS and not FOREIGN.search(word):
            self.like.setdefault(meaning, []).append(word)

    def other(self, word: str, meaning: Word, *, glued: bool, rng: np.random.Generator) -> str:
        """Another word of a meaning, of the shape of the first."""
        among = self.like.get(meaning, [word])
        if meaning.shape in ("symbol", "noun", "short") and rng.random() < 0.15:
            shapes = ("symbol", "noun", "short")
            among = [w for s in shapes for w in self.like.get(Word(meaning.means, s), [])]
        if glued:
            among = [w for w in among if re.fullmatch(r"[A-Za-z]\w*", w)]
        return among[int(rng.integers(len(among)))] if among else word


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
        keys = {_kind(key) for _, key in pieces if key}
        moved: dict[str, str] = {}
        if self.rng.random() < 0.35:
            bound = {"m" for _ in range("m_jj" in keys or "verb" in means)}
            bound |= {"n"} if "n_particles" in keys else set()
            free = [k for k in keys if k in MOVABLE - bound and means.get(k)]
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
            found = [*self.rewording.pattern.finditer(pieces[i - 1][0])]
            direct = found and re.fullmatch(
                r"\s*(?:[=:]|is|of)?\s*", pieces[i - 1][0][found[-1].end() :]
            )
            kind = _kind(pieces[i][1])
            if direct and self.rewording.words[found[-1][0].lower()].means == kind != "m":
                a, b = found[-1].span()
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


SEPARATORS = (
    *(
        ((" = ", ": "),),
        ((": ", " = "),),
        (("; ", ", "),),
        ((", ", "; "),),
    ),
    *(
        ((", ", " "),),
        ((", ", "\n"),),
        (("; ", "\n"),),
        (("\n", "; "),),
    ),
    *(
        (("\n", " "),),
        (("=", " "),),
        ((" and ", ", "),),
        (("|", "\t"),),
    ),
    *(
        (("|", ";"),),
        ((" = ", "="),),
        (("=", " = "),),
        ((", ", " / "),),
    ),
    *(
        ((", ", " | "),),
        ((" and ", " & "),),
        ((" is ", ": "),),
        ((" of ", " = "),),
    ),
    *(
        ((":", ""),),
        ((" ", "  "),),
        (("\n", "\r\n"),),
        (("-", " "),),
    ),
    *(
        (("_", " "),),
        (("the ", ""),),
        (("(", "["), (")", "]")),
    ),
)
"""What is put in place of what."""


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
            none, kind = key.startswith("@"), _kind(key)
            number = style.number(kind) if kind else _any(rng)
            spans.append(((length, length + len(number)), "" if none else _name(key)))
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


def _bare(key: str) -> str:
    """A key without its mark of style."""
    return re.sub(r"_[gd]?$", "", key.removeprefix("@"))


def _kind(key: str) -> str:
    """The end of the quantity's name."""
    bare = _bare(key)
    return "" if bare == "U" else bare[1:] if bare[:1] in ("1", "2") else bare


def _name(key: str) -> str:
    bare = _bare(key)
    return f"j{bare[0]}_{bare[1:]}" if bare[0] in "12" else bare


def _moved(key: str, moved: dict[str, str], swapped: dict[str, str]) -> str:
    bare = _bare(key)
    if bare[:1] not in ("1", "2"):
        return key
    which = {"1": "2", "2": "1"}[bare[0]] if swapped else bare[0]
    return which + moved.get(bare[1:], bare[1:]) + key[len(bare) :]


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
