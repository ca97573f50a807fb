"""What a report is made of, whatever it is written as: headings, texts, tables, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, TypeAlias

from bench.api.scores import Estimate
from bench.metrics.format import DASH, figure, number

UNFOLDED = 8
"""Names that stand under a figure; more are folded."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what it shows, and what it is sorted by and exported as."""

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    """Said on hovering, and in exported tables."""
    marked: bool = False
    """Whether the note is worth a footnote on a page of text."""


@dataclass(frozen=True)
class TableBlock:
    """Rows of cells under headings; its name is that of the exported files."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3."""

    text: str
    level: int = 2
    brief: str = ""
    """What a link calls it, where the text is long."""


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text, which each writer escapes; or text to be kept line by line."""

    text: str
    verbatim: bool = False


@dataclass(frozen=True)
class Item:
    """A line of a list that begins with what it is about, and may lead to its heading."""

    about: str
    text: str
    heading: str = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    items: Sequence[Item]


@dataclass(frozen=True)
class Links:
    """The way to other headings of the page."""

    headings: Sequence[Heading]


@dataclass(frozen=True)
class Picture:
    """A figure beside the page."""

    file: str
    title: str
    absent: Sequence[str] = ()
    """Models that are not in it, named under it."""
    width: int = 0
    """How wide a page shows it, in pixels; as wide as its file is if that is not said."""

    @property
    def under(self) -> list[Block]:
        """What stands under it: which models are not in it, folded where there are many."""
        names = "; ".join(self.absent)
        if len(self.absent) > UNFOLDED:
            return [Folded(f"Not drawn: {len(self.absent)} models", [Text(f"{names}.")])]
        return [Text(f"Not drawn: {names}.")] if self.absent else []


@dataclass(frozen=True)
class Charts:
    """Figures that a page draws of data, so that a reader can ask them; elsewhere pictures."""

    about: str
    """Of which events."""
    data: Mapping[str, Any]
    """What is drawn, in the types of JSON."""
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Folded:
    """What is there for who asks for it."""

    summary: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Beside:
    """Columns that stand beside each other where there is room, else one under the other."""

    columns: Sequence[Sequence[Block]]


Block: TypeAlias = (
    "Heading | Text | Items | Links | TableBlock | Picture | Charts | Folded | Beside"
)


def every(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, and those inside them after them."""
    for block in blocks:
        yield block
        if isinstance(block, Folded):
            yield from every(block.blocks)
        elif isinstance(block, Charts):
            yield from block.pictures
        elif isinstance(block, Beside):
            yield from (inner for column in block.columns for inner in every(column))


def anchor(heading: str) -> str:
    """Where a link to a heading leads, made as GitHub makes it of the heading's words."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def plain(text: str) -> Cell:
    """A cell of text; a dash where there is none."""
    return Cell(text or DASH)


def counted(value: int) -> Cell:
    """A cell of a whole number."""
    return Cell(str(value), float(value))


def valued(value: float | None, digits: int = 3) -> Cell:
    """A cell of a number without an interval; a dash for none, and for one that is not defined."""
    known = None if value is None or isnan(value) else value
    return Cell(number(known, digits), known)


def estimated(estimate: Estimate | None, *, marked: bool = False) -> Cell:
    """A cell of a figure with its interval; a dash always has a footnote."""
    if estimate is None:
        return Cell(DASH, note="not among this run's metrics", marked=True)
    return Cell(
        figure(estimate),
        estimate.value,
        estimate.low,
        estimate.high,
        note=estimate.note,
        marked=marked or estimate.value is None,
    )
