"""What a report is made of, whatever it is written as: headings, texts, tables, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from bench.api.scores import Estimate
from bench.metrics.format import DASH, figure, number


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text, which each writer escapes; or text to be kept line by line."""

    text: str
    verbatim: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure beside the page."""

    file: str
    title: str


Block = Heading | Text | TableBlock | Picture


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
