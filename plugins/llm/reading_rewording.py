"""Words that may stand for each other in the texts that the base `reader` learns from."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from reading_words import OBJECTS, QUANTITIES

import bench

VERBS = frozenset({"weighs", "weigh", "weighing"})
FOREIGN = re.compile(r"[äöüßéè]|impuls|Masse|Teilchen|Konstit|constituants|particules|Jet$")
LETTER = r"[^\W\d_]"


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
            event = quantity.object not in vocabulary.objects
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
