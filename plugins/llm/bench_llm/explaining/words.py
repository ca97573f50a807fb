"""What features are called in sentences, what of them is high or low, and how numbers are said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
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
"""What quantities are called, beside their own names."""
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
    """A way to say something of a feature: `{s}` what, `{a}` high or low, `{v}` how much."""

    template: str
    high: tuple[str, ...] = HIGH
    low: tuple[str, ...] = LOW
    quantity: str = ""
    """Of an object, which then stands for `{s}`; empty where the feature itself does."""


FORMS = (
    Form("{s} is {a}, {v}"),
    Form("{s} is {a} ({v})"),
    Form("{s} is {v}, which is {a}"),
    Form("at {v}, {s} is {a}"),
)
OF_OBJECTS = (
    Form("{s} is {a}, {v}", ("heavy",), ("light",), "m"),
    Form("{s} is {a} at {v}", ("heavy",), ("light",), "m"),
    Form("{s} is {a}, {v}", ("hard",), ("soft",), "pt"),
    Form("{s} has {a} particles, {v}", ("many",), ("few",), "n"),
    Form("the hardest particle of {s} carries {a} of it, {v}", ("much",), ("little",), "pt_lead"),
)
"""Ways that go with one quantity of an object."""


@dataclass(frozen=True)
class Vocabulary:
    """All that may be said of these features."""

    columns: Sequence[bench.Column]

    @cached_property
    def names(self) -> dict[str, str]:
        """Each feature by every name that means it alone; the name itself always does."""
        named = [(name, column.name) for column in self.columns for name in _names(column)]
        count = Counter(name.lower() for name, _ in named)
        taken = {column.name.lower() for column in self.columns}
        own = {column.name: column.name for column in self.columns}
        return own | {
            name: column
            for name, column in named
            if count[name.lower()] == 1 and name.lower() not in taken
        }

    @cached_property
    def objects(self) -> dict[tuple[str, str], str]:
        """The feature of each quantity and each name of an object."""
        of = [
            ((column.quantity, name), column.name)
            for column in self.columns
            if column.quantity
            for name in _of_object(column.object)
        ]
        count = Counter(key for key, _ in of)
        return {key: column for key, column in of if count[key] == 1}

    def ways(self, column: bench.Column) -> list[tuple[Form, str]]:
        """Forms with what stands for `{s}` in them, those of a quantity's own as often as all."""
        names = [name for name, of in self.names.items() if of == column.name]
        if column.quantity and len(names) > 1:
            names.remove(column.name)
        general = [(form, name) for form in FORMS for name in names]
        own = [
            (form, name)
            for form in OF_OBJECTS
            if form.quantity == column.quantity and column.quantity
            for name in _of_object(column.object)
            if (column.quantity, name) in self.objects
        ]
        return general + own * (len(general) // len(own)) if own else general


def _of_object(name: str) -> tuple[str, ...]:
    return OBJECTS.get(name, (f"the {name}",))


def _names(column: bench.Column) -> Iterator[str]:
    """What a feature may be called, beside its name."""
    if column.quantity:
        words = QUANTITIES.get(column.quantity, ())
        for thing in _of_object(column.object):
            yield f"{column.quantity} of {thing}"
            for quantity in words:
                yield f"the {quantity} of {thing}"
                yield f"{thing}'s {quantity}"
        return
    meaning = re.split(r"[,;:|(]", column.meaning)[0].strip()
    if PLAIN.fullmatch(meaning):
        yield f"the {meaning}"


def unit_said(column: bench.Column) -> str:
    """What is said behind a number of this feature; empty for a pure number or an odd unit."""
    return column.unit if UNIT.fullmatch(column.unit) else ""
