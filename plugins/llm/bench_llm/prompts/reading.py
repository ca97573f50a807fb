"""The numbers read back out of a prompt, or out of free text in the same vocabulary."""

from __future__ import annotations

import re
from collections.abc import Collection

from bench import ABSENT

JET = re.compile(r"j(\d)_(\w+)")
FLAG = "has_j2"
NUMBER = r"[-+\u2212]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
ORDINALS = {"leading": "1", "first": "1", "second": "2", "subleading": "2"}
BETWEEN = r"\s*(?:=|:|is|of|equals|was)?\s*(?:about|around)?\s*"


def numbers_in(text: str, columns: Collection[str]) -> dict[str, float]:
    """The value of each of these columns that the text tells, by column.

    A jet is named before its facts, as `jet1:`, `jet 1` or `the leading jet`, or within one; a fact
    is the name of a column (without the jet's prefix) and a number behind it, as `pt=1310`, `pt of
    1310 GeV` or `pt of the second jet is 1200`. What is said first counts.
    """
    own = {match[2] for name in columns if (match := JET.fullmatch(name))}
    event = {name for name in columns if not JET.fullmatch(name)}
    names = "|".join(re.escape(name) for name in sorted(own | event, key=len, reverse=True))
    ordinals = "|".join(ORDINALS)
    spoken = re.compile(
        rf"\bjet[ _]?(?P<number>\d)(?P<absent>\s*[:=]?\s*{ABSENT}\b)?"
        rf"|\b(?P<ordinal>{ordinals})\s+jet\b"
        rf"|\b(?P<name>{names})\b(?:\s+of\s+(?:the\s+)?(?P<within>jet ?\d|(?:{ordinals})\s+jet)\b)?"
        rf"{BETWEEN}(?P<value>{NUMBER})",
        re.IGNORECASE,
    )
    lower = {name.lower(): name for name in own | event}
    numbers: dict[str, float] = {}
    jet = ""
    for match in spoken.finditer(text):
        if match["name"] is None:
            jet = match["number"] or ORDINALS[match["ordinal"].lower()]
            if match["number"] and FLAG in columns:
                numbers.setdefault(f"has_j{jet}", 0.0 if match["absent"] else 1.0)
            continue
        name = lower[match["name"].lower()]
        if within := match["within"]:
            jet = ORDINALS.get(within.split()[0].lower(), within[-1])
        column = f"j{jet}_{name}" if name in own and f"j{jet}_{name}" in columns else name
        if column in columns:
            numbers.setdefault(column, float(match["value"].replace("\u2212", "-")))
    return {name: value for name, value in numbers.items() if name in columns}
