"""The numbers read back out of a prompt, or out of free text in the same vocabulary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench import ABSENT, Column

JET = "jet "
"""What the object of a jet's column begins with, before its number."""
NUMBER = r"[-+\u2212]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
ORDINALS = {"leading": "1", "first": "1", "second": "2", "subleading": "2"}
BETWEEN = r"\s*(?:=|:|is|of|equals|was)?\s*(?:about|around)?\s*"


def numbers_in(text: str, columns: Sequence[Column]) -> dict[str, float]:
    """The value of each of these columns that the text tells, by the column's name.

    A jet is named before its facts, as `jet1:`, `jet 1` or `the leading jet`, or within one; a fact
    is the quantity of a column and a number behind it, as `pt=1310`, `pt of 1310 GeV` or `pt of the
    second jet is 1200`. What is said first counts.
    """
    of_jets = {
        (column.object.removeprefix(JET), column.quantity): column
        for column in columns
        if column.object.startswith(JET)
    }
    flags = {jet: column.needs for (jet, _), column in of_jets.items() if column.needs}
    of_event = {column.name for column in columns if not column.object.startswith(JET)}
    words = of_event | {quantity for _, quantity in of_jets}
    names = "|".join(re.escape(name) for name in sorted(words, key=len, reverse=True))
    ordinals = "|".join(ORDINALS)
    spoken = re.compile(
        rf"\bjet[ _]?(?P<number>\d)(?P<absent>\s*[:=]?\s*{ABSENT}\b)?"
        rf"|\b(?P<ordinal>{ordinals})\s+jet\b"
        rf"|\b(?P<name>{names})\b(?:\s+of\s+(?:the\s+)?(?P<within>jet ?\d|(?:{ordinals})\s+jet)\b)?"
        rf"{BETWEEN}(?P<value>{NUMBER})",
        re.IGNORECASE,
    )
    lower = {word.lower(): word for word in words}
    numbers: dict[str, float] = {}
    jet = ""
    for match in spoken.finditer(text):
        if match["name"] is None:
            jet = match["number"] or ORDINALS[match["ordinal"].lower()]
            if match["number"] and jet in flags:
                numbers.setdefault(flags[jet], 0.0 if match["absent"] else 1.0)
            continue
        name = lower[match["name"].lower()]
        if within := match["within"]:
            jet = ORDINALS.get(within.split()[0].lower(), within[-1])
        if (jet, name) in of_jets:
            name = of_jets[jet, name].name
        elif name not in of_event:
            continue
        numbers.setdefault(name, float(match["value"].replace("\u2212", "-")))
    known = {column.name for column in columns}
    return {name: value for name, value in numbers.items() if name in known}
