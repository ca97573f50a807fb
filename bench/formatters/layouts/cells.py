"""The lines of a text and their cells, by each way of parting them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.formatters.words.tokens import NUMBER, OBJECT, QUANTITY, UNIT, Token

if TYPE_CHECKING:
    from bench.api.asking import Span

MARKS = (r"\|", r"\t", ";", r"(?<![^\s])\*(?![^\s])", ",", r"[ \t]{2,}", r"[ \t]+")
"""What parts cells, the surest first."""
JOINED = re.compile(r"[ \t]*[\[(/]")
"""A unit in brackets, which is of the word before it."""
MOST = 64
"""Cells of a line that somebody may want read."""


@dataclass(frozen=True)
class Piece:
    """A piece of a text and what means something in it."""

    span: Span
    tokens: list[Token]

    def of(self, kind: str) -> list[Token]:
        """Its tokens of a kind."""
        return [token for token in self.tokens if token.kind == kind]


@dataclass(frozen=True)
class Line(Piece):
    """A line."""

    place: int
    """Of all lines, from 0 on."""


@dataclass(frozen=True)
class Cell(Piece):
    """A cell of a table."""

    @property
    def number(self) -> Token | None:
        """Its number, where it is one."""
        numbers = self.of(NUMBER)
        return numbers[0] if len(numbers) == 1 else None


def lines_of(text: str, tokens: list[Token]) -> list[Line]:
    """The lines of a text with their tokens."""
    out, start, at = [], 0, 0
    for place, line in enumerate(text.splitlines(keepends=True)):
        end, own = start + len(line), []
        while at < len(tokens) and tokens[at].span[0] < end:
            own.append(tokens[at])
            at += 1
        out.append(Line((start, end), own, place))
        start = end
    return out


def split(text: str, line: Line) -> Iterator[tuple[str, list[Cell]]]:
    """The cells of a line by each mark that stands in it; a frame around them is none."""
    start, end = line.span
    shown = text[start:end].rstrip()
    start, end = start + len(shown) - len(shown.lstrip()), start + len(shown)
    for mark in MARKS:
        first, last = start, end
        if mark == r"\t":
            first = line.span[0]
        framed = mark in (MARKS[0], MARKS[3])
        if framed and text[first] in "|*":
            first += 1
        if framed and text[last - 1] in "|*" and last > first:
            last -= 1
        matches = list(re.finditer(mark, text[first:last]))
        if not 0 < len(matches) < MOST:
            continue
        edges = [first, *(first + m.end() for m in matches)]
        stops = [*(first + m.start() for m in matches), last]
        spans = _joined(text, line, list(zip(edges, stops, strict=True)), mark)
        yield mark, [_cell(span, line) for span in spans]


def spaced(line: Line, kind: str) -> list[Cell]:
    """A cell for each name of a kind, with what follows it until the next one."""
    cells: list[Cell] = []
    for token in line.tokens:
        if token.kind == kind:
            before = [
                t for t in line.tokens if t.kind == OBJECT and 0 <= token.span[0] - t.span[1] <= 1
            ]
            cells.append(Cell(token.span, [*before, token] if kind == QUANTITY else [token]))
        elif token.kind == UNIT and cells:
            cells[-1].tokens.append(token)
    return cells


def _joined(text: str, line: Line, spans: list[Span], mark: str) -> list[Span]:
    """The cells, those that blanks part within a name or before its unit put together."""
    if not mark.startswith("[ "):
        return spans
    out: list[Span] = []
    tokens = [token.span for token in line.tokens]
    for span in spans:
        inside = any(a < span[0] < b for a, b in tokens)
        if out and (inside or JOINED.match(text, span[0])):
            out[-1] = out[-1][0], span[1]
        else:
            out.append(span)
    return out


def _cell(span: Span, line: Line) -> Cell:
    return Cell(span, [t for t in line.tokens if span[0] <= t.span[0] and t.span[1] <= span[1] + 1])
