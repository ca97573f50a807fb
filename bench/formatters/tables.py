"""Tables in a text: a head of names and rows of numbers, or a column of names and one an object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.asking import Reading
from bench.api.table import EVENT
from bench.formatters.lexicon import NUMBER, OBJECT, QUANTITY, UNIT, Lexicon, Token

if TYPE_CHECKING:
    from bench.api.asking import Passage, Span

RULED = re.compile(r"[\s|:+=\-─━│┼]*")
"""A line of a table that only looks."""
PARTS = ("|", "\t", ";", ",")
INDEXED = re.compile(r"\s*[|]?\s*(?:jets?|#|id|idx|index|i|no\.?|obj(?:ect)?|nr)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Line:
    span: Span
    tokens: list[Token]

    def of(self, kind: str) -> list[Token]:
        return [token for token in self.tokens if token.kind == kind]


@dataclass(frozen=True)
class _Column:
    """A column of a table: the word in its head, its object and its unit."""

    word: Token
    object: str | None
    unit: Span | None


def read_tables(
    passage: Passage, words: Lexicon, tokens: list[Token]
) -> tuple[list[Reading], list[Span]]:
    """What tables say, and where they stand."""
    lines = _lines(passage.text, tokens)
    readings: list[Reading] = []
    covered: list[Span] = []
    place = 0
    while place < len(lines):
        rows = _rows(passage.text, lines, place)
        said, used = _by_rows(passage, words, lines[place], rows) if rows else ([], 0)
        if rows and not said:
            said, used = _by_columns(words, lines[place], rows)
        if said:
            readings += said
            covered.append((lines[place].span[0], rows[used - 1].span[1]))
            place = lines.index(rows[used - 1])
        place += 1
    return readings, covered


def _lines(text: str, tokens: list[Token]) -> list[_Line]:
    out, start, at = [], 0, 0
    for line in text.splitlines(keepends=True):
        end, own = start + len(line), []
        while at < len(tokens) and tokens[at].span[0] < end:
            own.append(tokens[at])
            at += 1
        out.append(_Line((start, end), own))
        start = end
    return out


def _rows(text: str, lines: list[_Line], head: int) -> list[_Line]:
    """The lines under a head that have numbers; none where it is no head."""
    names = [t for t in lines[head].tokens if t.kind in (QUANTITY, OBJECT)]
    if lines[head].of(NUMBER) or len(names) < 2:
        return []
    rows: list[_Line] = []
    for line in lines[head + 1 :]:
        shown = text[line.span[0] : line.span[1]]
        if line.of(NUMBER):
            rows.append(line)
        elif (not RULED.fullmatch(shown) and not (not rows and line.of(UNIT))) or (
            rows and not shown.strip()
        ):
            break
    return rows


def _by_rows(
    passage: Passage, words: Lexicon, head: _Line, rows: list[_Line]
) -> tuple[list[Reading], int]:
    """A head of quantities; a row is an event, or one of its objects; and how many rows say so."""
    columns = _columns(head)
    if len(columns) < 2:
        return [], 0
    text = passage.text
    first = bool(INDEXED.match(text[head.span[0] : columns[0].word.span[0]]))
    apart = any(
        c.object or (words.quantity(c.word.names, EVENT) and len(c.word.names) == 1)
        for c in columns
    )
    out: list[Reading] = []
    for row, line in enumerate(rows):
        numbers = line.of(NUMBER)
        objects = line.of(OBJECT)
        of = objects[0].object if objects else None
        if len(numbers) == len(columns) + 1 and first and not objects:
            of = _counted(numbers[0], rows, words)
            numbers = numbers[1:]
        if len(numbers) != len(columns):
            return out, row
        if of is None and row < len(words.names) and not apart:
            of = words.names[row]
        for column, number in zip(columns, numbers, strict=True):
            if name := _name(words, column, of, number):
                unit = column.unit if number.number and not number.number.unit else None
                event = row if apart and not objects and not any(r.of(OBJECT) for r in rows) else 0
                out.append(Reading(name, number.span, unit, column.word.span, event))
    return out, len(rows)


def _counted(number: Token, rows: list[_Line], words: Lexicon) -> str | None:
    """The object that a row's first number counts, from 1 on or from 0."""
    assert number.number
    from_zero = any(n.number and n.number.value == 0 for row in rows for n in row.of(NUMBER)[:1])
    at = int(number.number.value) - (0 if from_zero else 1)
    return words.names[at] if 0 <= at < len(words.names) else None


def _columns(head: _Line) -> list[_Column]:
    out: list[_Column] = []
    last: Token | None = None
    for token in head.tokens:
        if token.kind == OBJECT:
            last = token
        elif token.kind == QUANTITY:
            near = last is not None and token.span[0] - last.span[1] <= 1
            out.append(
                _Column(token, token.object or (last.object if near and last else None), None)
            )
            last = None
        elif token.kind == UNIT and out and out[-1].unit is None:
            out[-1] = _Column(out[-1].word, out[-1].object, token.span)
    return out


def _name(words: Lexicon, column: _Column, of: str | None, number: Token) -> str | None:
    assert number.number
    names = tuple(n for n in column.word.names if n in number.number.candidates)
    for which in (column.object, of, EVENT):
        if which and (name := words.quantity(names, which)):
            return name
    return None


def _by_columns(words: Lexicon, head: _Line, rows: list[_Line]) -> tuple[list[Reading], int]:
    """A head of objects; a row is a quantity of each, or one of the event; and how many do."""
    objects = [token.object for token in head.of(OBJECT) if token.object]
    if head.of(QUANTITY) or len(objects) < 2:
        return [], 0
    out: list[Reading] = []
    for row, line in enumerate(rows):
        named, numbers = line.of(QUANTITY), line.of(NUMBER)
        if not named or named[0].span[0] > numbers[0].span[0]:
            return out, row
        unit = next((t.span for t in line.of(UNIT)), None)
        column = _Column(named[0], None, unit)
        targets = objects if len(numbers) == len(objects) else [EVENT]
        for of, number in zip(targets, numbers, strict=False):
            if name := words.quantity(named[0].names, of):
                own = None if number.number and number.number.unit else unit
                out.append(Reading(name, number.span, own, column.word.span))
    return out, len(rows)
