"""Tables in a text: a head of quantities and a row an object, or a head of objects; in cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.asking import Reading
from bench.api.table import EVENT
from bench.formatters.layouts.cells import Cell, Line, lines_of, spaced, split
from bench.formatters.words.lexicon import Lexicon
from bench.formatters.words.tokens import NUMBER, OBJECT, QUANTITY, UNIT, Token

if TYPE_CHECKING:
    from bench.api.asking import Passage, Span

RULED = re.compile(r"[\s|:+=\-*─━│┼]*|[ \t]*\.\.\.[ \t]*\n?")
"""A line of a table that only looks."""
UNITS = re.compile(r"[\s|;,\[\]()\-—/:1&*]*")
"""What a line of units has besides them."""
COUNTED = re.compile(
    r"\s*(?:jets?|#|id|idx|index|i|no\.?|obj(?:ect)?|nr|rank|instance"
    r"|jet[ _]?(?:#|no\.?|index|rank))"
    r"\s*(?:#|no\.?)?\s*",
    re.IGNORECASE,
)
"""The head of a column that counts objects."""
COUNTS = re.compile(rf"(?:\s*[|*])?{COUNTED.pattern}(?:(?P<mark>[|,;\t])|(?<=\s))", re.IGNORECASE)
"""A head whose first column does."""


@dataclass(frozen=True)
class _Column:
    """A column of a table: the word in its head, its object and its unit."""

    word: Token | None
    object: str | None
    unit: Span | None
    head: str


def read_tables(
    passage: Passage, words: Lexicon, tokens: list[Token]
) -> tuple[list[Reading], list[Span]]:
    """What tables say, and where they stand."""
    lines = lines_of(passage.text, tokens)
    readings: list[Reading] = []
    covered: list[Span] = []
    place = 0
    while place < len(lines):
        head, place = lines[place], place + 1
        rows = _rows(passage.text, lines, place) if _is_head(passage.text, head) else []
        if not rows:
            continue
        table = _Table(passage.text, words, head, rows)
        used = table.by_cells() or table.by_count()
        if used:
            readings += table.readings
            covered.append((head.span[0], rows[used - 1].span[1]))
            place = rows[used - 1].place + 1
        elif (counts := COUNTS.match(passage.text, *head.span)) and counts["mark"]:
            covered.append((head.span[0], rows[-1].span[1]))  # of which object, nobody knows
            place = rows[-1].place + 1
    return readings, covered


def _is_head(text: str, line: Line) -> bool:
    names = [token for token in line.tokens if token.kind in (QUANTITY, OBJECT)]
    counts = len(names) == 1 and COUNTS.match(text, *line.span)
    return (len(names) > 1 or bool(counts)) and not line.of(NUMBER)


def _rows(text: str, lines: Sequence[Line], start: int) -> list[Line]:
    """The lines from one on that have numbers, those that only look or have units left out."""
    rows: list[Line] = []
    for line in lines[start:]:
        shown = text[line.span[0] : line.span[1]]
        if line.of(NUMBER):
            rows.append(line)
        elif shown.strip() and (RULED.fullmatch(shown) or _only_units(text, line)):
            continue
        elif rows or shown.strip():
            break
    return rows


def _only_units(text: str, line: Line) -> bool:
    rest, place = "", line.span[0]
    for token in line.of(UNIT):
        rest, place = rest + text[place : token.span[0]], token.span[1]
    return bool(line.of(UNIT)) and bool(UNITS.fullmatch(rest + text[place : line.span[1]]))


class _Table:
    """A head and the rows under it."""

    def __init__(self, text: str, words: Lexicon, head: Line, rows: list[Line]) -> None:
        self.text, self.words, self.head, self.rows = text, words, head, rows
        self.readings: list[Reading] = []

    def by_cells(self) -> int:
        """How many rows have the cells of the head, parted in the way that fits most of them."""
        ways = []
        for mark, head in split(self.text, self.head):
            rows: list[list[Cell]] = []
            for line in self.rows:
                cells = next((c for m, c in split(self.text, line) if m == mark), [])
                if len(cells) - len(head) not in (0, 1) or (rows and len(cells) != len(rows[0])):
                    break
                rows.append(cells)
            if rows:
                ways.append((head, rows))
        for head, rows in sorted(ways, key=lambda way: -len(way[1])):
            if self._read_cells(head if len(rows[0]) == len(head) else [self._empty, *head], rows):
                return len(rows)
        return 0

    def by_count(self) -> int:
        """How many rows have as many numbers as the head has names, which may be spaced anyhow."""
        named = [t for t in self.head.tokens if t.kind == QUANTITY]
        kind = QUANTITY if len(named) > 1 else OBJECT
        head = spaced(self.head, kind)
        rows: list[list[Cell]] = []
        for line in self.rows:
            numbers = [Cell(t.span, [t]) for t in line.of(NUMBER)]
            first = [t for t in line.tokens if t.span[0] < numbers[0].span[0]]
            if len(numbers) != len(head):
                break
            rows.append([Cell(line.span, first), *numbers])
        return len(rows) if rows and self._read_cells([self._empty, *head], rows) else 0

    @property
    def _empty(self) -> Cell:
        """A cell without a head."""
        return Cell((self.head.span[0], self.head.span[0]), [])

    def _read_cells(self, head: list[Cell], rows: list[list[Cell]]) -> bool:
        return self._by_quantities(head, rows) or self._by_objects(head, rows)

    def _by_quantities(self, head: list[Cell], rows: list[list[Cell]]) -> bool:
        """A head of quantities; a row is an event, or one of its objects."""
        columns = _columns(self.text, head)
        named = [column for column in columns if column.word]
        counts = len(rows) > 1 and COUNTED.fullmatch(columns[0].head)
        if not named or (len(named) < 2 and not (counts and any(self._objects(columns, rows)))):
            return False
        columns = _in_turn(self.words, columns)
        apart = any(c.word and (c.object or self._of_event_alone(c.word)) for c in columns)
        objects = self._objects(columns, rows)
        if not apart and len(rows) > 1 and not any(objects):
            objects = [
                self.words.names[i] if i < len(self.words.names) else "" for i in range(len(rows))
            ]
        elif not apart and len(rows) == 1 and not any(objects):
            objects = [self.words.names[0] if self.words.names else ""]
        for row, cells in enumerate(rows):
            for column, cell in zip(columns, cells, strict=True):
                number = cell.number
                if column.word is None or number is None or number.number is None:
                    continue
                of = column.object, objects[row]
                if name := self.words.meant(column.word, of, number.number):
                    event = row if apart and not any(objects) else 0
                    self._read(name, column, number, event)
        return bool(self.readings)

    def _of_event_alone(self, word: Token) -> bool:
        return len(word.names) == 1 and bool(self.words.quantity(word.names, EVENT))

    def _objects(self, columns: list[_Column], rows: list[list[Cell]]) -> list[str]:
        """The object of each row, by its name or by a column that counts; empty where none is."""
        labels = [i for i, column in enumerate(columns) if column.word is None]
        named = [
            next((t.object or "" for i in labels for t in row[i].tokens if t.kind == OBJECT), "")
            for row in rows
        ]
        if any(named):
            return named
        for i in reversed(labels):
            counted = [row[i].number.number for row in rows if row[i].number]  # type: ignore[union-attr]
            values = [number.value for number in counted if number]
            objects = self.words.counted(values) if len(values) == len(rows) else []
            if objects and (len(rows) > 1 or COUNTED.fullmatch(columns[i].head)):
                return objects
        return [""] * len(rows)

    def _by_objects(self, head: list[Cell], rows: list[list[Cell]]) -> bool:
        """A head of objects; a row is a quantity of each, or one of the event."""
        objects = [next((t.object for t in cell.tokens if t.kind == OBJECT), None) for cell in head]
        if len({one for one in objects if one}) < 2 or any(c.of(QUANTITY) for c in head):
            return False
        for cells in rows:
            word = next((t for t in cells[0].tokens if t.kind == QUANTITY), None)
            unit = next((t.span for cell in cells for t in cell.of(UNIT)), None)
            numbers = [cell.number for cell in cells]
            alone = len([number for number in numbers if number]) == 1
            for of, number in zip(objects, numbers, strict=True):
                if word is None or number is None:
                    continue
                column = _Column(word, of, unit, "")
                event = self.words.quantity(word.names, EVENT) if alone else None
                if name := event or (of and self.words.quantity(word.names, of)):
                    self._read(name, column, number, 0)
        return bool(self.readings)

    def _read(self, name: str, column: _Column, number: Token, event: int) -> None:
        assert column.word
        unit = column.unit if number.number and not number.number.unit else None
        self.readings.append(Reading(name, number.span, unit, column.word.span, event))


def _columns(text: str, head: list[Cell]) -> list[_Column]:
    out = []
    for cell in head:
        word = next(iter(cell.of(QUANTITY)), None)
        named = cell.of(OBJECT)  # of several the last one before the word
        before = [t for t in named if word and t.span[0] < word.span[0]]
        objects = [word.object if word else None, *(t.object for t in [*before[-1:], *named])]
        of = next((one for one in objects if one), None)
        unit = next((token.span for token in cell.of(UNIT)), None)
        out.append(_Column(word, of, unit, text[cell.span[0] : cell.span[1]]))
    return out


def _in_turn(words: Lexicon, columns: list[_Column]) -> list[_Column]:
    """Columns of which each word stands once an object: those of the first, then of the next."""
    seen: dict[tuple[str, ...], int] = {}
    out = []
    for column in columns:
        if column.word and not column.object:
            count = seen.get(column.word.names, 0)
            seen[column.word.names] = count + 1
            out.append(
                replace(column, object=words.names[count] if count < len(words.names) else None)
            )
        else:
            out.append(column)
    return out if max(seen.values(), default=0) > 1 else columns
