"""Numbers in brackets in the order of words in brackets: `J1: (pt, eta, m) = (1411, -0.3, 94)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.asking import Reading
from bench.formatters.layouts.cells import Cell
from bench.formatters.words.lexicon import Lexicon
from bench.formatters.words.tokens import NUMBER, OBJECT, ORDER, QUANTITY, UNIT, Token

if TYPE_CHECKING:
    from bench.api.asking import Passage, Span

BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]{3,600})[)\]}]")
PARTS = re.compile(r"[,;|]|\s+")
LEAST = 2
"""Names in brackets that are taken for an order."""
UNIT_BEHIND = re.compile(r"[\s\[(]{0,3}(?:in\s)?")


@dataclass(frozen=True)
class _Group:
    """What stands in brackets."""

    span: Span
    cells: tuple[Cell, ...]

    @property
    def named(self) -> bool:
        """Whether it is words for quantities, and no number."""
        words = sum(len(cell.of(QUANTITY)) == 1 for cell in self.cells)
        return words > 1 and not any(cell.of(NUMBER) for cell in self.cells)

    @property
    def numbers(self) -> bool:
        """Whether each part is a number and no quantity is named."""
        return all(cell.number and not cell.of(QUANTITY) for cell in self.cells)


def read_brackets(
    passage: Passage, words: Lexicon, tokens: list[Token]
) -> tuple[list[Reading], list[Span]]:
    """What numbers in brackets are by words in brackets, and where they stand."""
    groups = _groups(passage.text, tokens)
    heads = [group for group in groups if group.named]
    rows = [group for group in groups if group.numbers]
    rows = [row for row in rows if _head(row, heads)]
    objects = _objects(words, tokens, rows, heads)
    readings: list[Reading] = []
    for row, of in zip(rows, objects, strict=True):
        head = _head(row, heads)
        assert head
        unit = _unit_behind(passage.text, tokens, row.span[1])
        for name, cell in zip(head.cells, row.cells, strict=True):
            word, number = next(iter(name.of(QUANTITY)), None), cell.number
            if not (word and number and number.number):
                continue
            if quantity := words.meant(word, (word.object, of), number.number):
                own = next((t.span for t in name.of(UNIT)), unit)
                own = None if number.number.unit else own
                readings.append(Reading(quantity, number.span, own, word.span))
    return readings, [group.span for group in (*heads, *rows)] if readings else []


def _groups(text: str, tokens: list[Token]) -> list[_Group]:
    out, at = [], 0
    for match in BRACKETS.finditer(text):
        own = []
        while at < len(tokens) and tokens[at].span[0] < match.end():
            if tokens[at].span[0] >= match.start():
                own.append(tokens[at])
            at += 1
        if len(own) >= LEAST and (cells := _cells(match, own)):
            out.append(_Group(match.span(), tuple(cells)))
    return out


def _cells(match: re.Match[str], tokens: list[Token]) -> list[Cell]:
    """The parts between commas, or between blanks where there is none."""
    inside, start = match[1], match.start(1)
    mark = next((m for m in (";", "|", ",") if m in inside), None)
    cells: list[Cell] = []
    place = 0
    edges = [m.span() for m in re.finditer(re.escape(mark) if mark else r"\s+", inside)]
    for a, b in [*edges, (len(inside), len(inside))]:
        span = start + place, start + a
        own = [t for t in tokens if span[0] <= t.span[0] < span[1]]
        if mark or a > place:
            cells.append(Cell(span, own))
        place = b
    return cells if len(cells) >= LEAST else []


def _head(row: _Group, heads: Sequence[_Group]) -> _Group | None:
    """The words of a row: those before it, as many as it has numbers; else those behind it."""
    fits = [head for head in heads if len(head.cells) == len(row.cells)]
    before = [head for head in fits if head.span[0] < row.span[0]]
    return before[-1] if before else next(iter(fits), None)


def _objects(
    words: Lexicon, tokens: list[Token], rows: list[_Group], heads: list[_Group]
) -> list[str | None]:
    """The object of each row: said before it, or behind it, or counted in it, or the next one."""
    counted = _counted(words, rows, heads)
    if counted:
        return counted
    edges = [(rows[i - 1].span[1] if i else 0, row.span[0]) for i, row in enumerate(rows)]
    before = [_last(tokens, a, b) for a, b in edges]
    if rows and before[0] is None and any(before):
        ends = [*(row.span[0] for row in rows[1:]), tokens[-1].span[1]]
        before = [_last(tokens, row.span[1], end) for row, end in zip(rows, ends, strict=True)]
    if any(before) or len(rows) > len(words.names):
        return before
    return list(words.names[: len(rows)])


def _last(tokens: list[Token], start: int, end: int) -> str | None:
    inside = [t for t in tokens if start <= t.span[0] < end]
    named = [t.object for t in inside if t.kind in (OBJECT, ORDER, QUANTITY) and t.object]
    return named[-1] if named else None


def _counted(words: Lexicon, rows: list[_Group], heads: list[_Group]) -> list[str | None]:
    """The objects of rows by a part without a name that counts them, from 1 or from 0."""
    for i in range(max((len(row.cells) for row in rows), default=0)):
        parts = []
        for row in rows:
            head = _head(row, heads)
            if head and i < len(row.cells) and not head.cells[i].of(QUANTITY):
                parts.append(row.cells[i].number)
        values = [part.number.value for part in parts if part and part.number]
        if 1 < len(rows) == len(values) and (objects := words.counted(values)):
            return [*objects]
    return []


def _unit_behind(text: str, tokens: list[Token], place: int) -> Span | None:
    """A unit right behind the brackets."""
    unit = next((t.span for t in tokens if t.kind == UNIT and t.span[0] >= place), None)
    return unit if unit and UNIT_BEHIND.fullmatch(text[place : unit[0]]) else None
