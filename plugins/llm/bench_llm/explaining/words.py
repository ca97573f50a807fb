"""What features are called in sentences, what of them is high or low, and how numbers are said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import bench

SIDES = tuple(answer.strip() for answer in bench.ANSWERS)
"""What a feature may speak for, by label."""
OBJECTS = {"jet 1": ("the leading jet", "jet 1"), "jet 2": ("the second jet", "jet 2")}
QUANTITIES = {
    "pt": ("transverse momentum",),
    "m": ("mass",),
    "e": ("energy",),
    "eta": ("pseudorapidity",),
    "phi": ("azimuth",),
    "n": ("number of particles",),
    "pt_lead": ("hardest particle's pt",),
}
"""What quantities are called in words."""
HIGH, LOW = ("high", "large"), ("low", "small")
PLAIN = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){1,8}")
"""A meaning that can stand in a sentence."""
UNIT = re.compile(r"[A-Za-z][A-Za-z0-9/^*]*")
"""A unit that can stand behind a number."""
GEV, TEV = "GeV", "TeV"
THOUSAND = 1000.0
"""GeV in a TeV."""


@dataclass(frozen=True)
class Form:
    """A way to say something of a feature: `{a}` high or low, `{q}` its short name, `{v}` how much.

    The short name with an equals sign is how prompts say it, so that who writes the number can look
    it up there.
    """

    template: str
    """With `{o}` for an object that it is a quantity of, or `{s}` for the feature in words."""
    high: tuple[str, ...] = HIGH
    low: tuple[str, ...] = LOW
    quantity: str = ""
    """The one that it goes with; empty for any."""


OF_EVENT = (Form("{q}={v} is {a}"), Form("{a} {q}={v}"))
OF_OBJECT = (
    Form("{o}'s {q}={v} is {a}"),
    Form("{o} has {a} {q}={v}"),
    Form("{o} is {a}, {q}={v}", ("heavy",), ("light",), "m"),
    Form("{o} with {q}={v} is {a}", ("heavy",), ("light",), "m"),
    Form("{o} is {a}, {q}={v}", ("hard",), ("soft",), "pt"),
    Form("{o} has {a} particles, {q}={v}", ("many",), ("few",), "n"),
    Form(
        "the hardest particle of {o} carries {a} of it, {q}={v}", ("much",), ("little",), "pt_lead"
    ),
)
IN_WORDS = (Form("{s} is {a}, {q}={v}"),)
OFTEN = 3
"""As often an event's feature is called by its short name as in words."""


@dataclass(frozen=True)
class Way:
    """A form with what stands in it for one feature."""

    form: Form
    words: Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """All that may be said of these features."""

    columns: Sequence[bench.Column]

    @cached_property
    def short(self) -> dict[tuple[str, str], str]:
        """Each feature by its short name and what the object is called; of the event, ''."""
        of = [
            ((column.quantity, thing), column.name)
            for column in self.columns
            if column.quantity
            for thing in _called(column.object)
        ]
        count = Counter(key for key, _ in of)
        unique = {key: name for key, name in of if count[key] == 1}
        objects = set(unique.values())
        own = {(c.name, ""): c.name for c in self.columns if c.name not in objects}
        return unique | own

    @cached_property
    def phrases(self) -> dict[str, str]:
        """Each feature by every phrase that means it alone."""
        said = [(phrase, column.name) for column in self.columns for phrase in _phrases(column)]
        count = Counter(phrase.lower() for phrase, _ in said)
        return {phrase: name for phrase, name in said if count[phrase.lower()] == 1}

    @cached_property
    def short_names(self) -> dict[str, str]:
        """The short name of each feature."""
        return {column: short for (short, _), column in self.short.items()}

    def ways(self, column: bench.Column) -> list[Way]:
        """How something can be said of a feature."""
        made = []
        for (short, thing), name in self.short.items():
            if name != column.name:
                continue
            forms = OF_OBJECT if thing else OF_EVENT * OFTEN
            for form in forms:
                if form.quantity in ("", short):
                    made.append(Way(form, {"q": short, "o": thing}))
        short = self.short_names[column.name]
        for phrase, name in self.phrases.items():
            if name == column.name:
                made += [Way(form, {"q": short, "s": phrase}) for form in IN_WORDS]
        return made


def called(columns: Sequence[bench.Column]) -> dict[str, str]:
    """The objects that these features describe, by all that they may be called."""
    objects = dict.fromkeys(column.object for column in columns if column.quantity)
    return {thing: name for name in objects for thing in _called(name)}


def _called(name: str) -> tuple[str, ...]:
    return OBJECTS.get(name, (f"the {name}",))


def _phrases(column: bench.Column) -> Iterator[str]:
    """What a feature may be called in words."""
    if column.quantity:
        for quantity in QUANTITIES.get(column.quantity, ()):
            for thing in _called(column.object):
                yield f"the {quantity} of {thing}"
        return
    meaning = re.split(r"[,;:|(]", column.meaning)[0].strip()
    if PLAIN.fullmatch(meaning):
        yield f"the {meaning}"


def unit_said(column: bench.Column) -> str:
    """What is said behind a number of this feature; empty for a pure number or an odd unit."""
    return column.unit if UNIT.fullmatch(column.unit) else ""
