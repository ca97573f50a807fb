"""A table of a page, which its script makes searchable, and the footnotes that it prints."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.report.blocks import Cell, TableBlock
from bench.report.sections.words import WORDS

HEADINGS = {
    "group": WORDS["letters"],
    "events": WORDS["events hash"],
    "mass sculpting": WORDS["sculpting"],
}
"""Headings of columns that are explained under another word."""
KEY = "model"
"""The heading of the column that comes first and stays in sight; else the first one does."""
WIDE, WIDEST = 12, 18
"""More columns than these are printed small, and smaller."""
FEW_NOTES = 6
"""More footnotes than these are folded on a screen, and printed."""


def table(block: TableBlock, about: str, number: int) -> str:
    """The table in a box that scrolls, and its footnotes.

    Args:
        block: the table.
        about: what a screen reader calls it.
        number: of the tables of the page.
    """
    key = block.headings.index(KEY) if KEY in block.headings else 0
    order = [key, *(i for i in range(len(block.headings)) if i != key)]
    rows = [[row[i] for i in order] for row in block.rows]
    by_value = [any(_order(row[i]) != row[i].text for row in rows) for i in range(len(order))]
    notes = _Notes(number)
    body = "\n".join(_row(row, by_value, notes) for row in rows)
    head = "".join(_head(block.headings[i], i == key) for i in order)
    size = "widest" if len(order) > WIDEST else "wide" if len(order) > WIDE else "usual"
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(about)}">'
        f'<table id="{escape(block.name)}" class="{size}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
        f"{notes.listed()}"
    )


class _Notes:
    """The footnotes of a table, each of them once."""

    def __init__(self, table_number: int) -> None:
        self.room = f"n{table_number}"
        self.numbers: dict[str, int] = {}

    def mark(self, note: str) -> str:
        """The way to a footnote; nothing for none."""
        if not note:
            return ""
        number = self.numbers.setdefault(note, len(self.numbers) + 1)
        return f'<sup><a href="#{self.room}-{number}">{number}</a></sup>'

    def listed(self) -> str:
        """All of them, in a fold where they are many."""
        if not self.numbers:
            return ""
        items = "".join(
            f'<li id="{self.room}-{number}">{escape(note)}</li>\n'
            for note, number in self.numbers.items()
        )
        listed = f'<ol class="notes">\n{items}</ol>'
        if len(self.numbers) <= FEW_NOTES:
            return f"\n{listed}"
        summary = f"{len(self.numbers)} footnotes"
        return f"\n<details><summary>{summary}</summary>\n{listed}</details>"


def _row(row: Sequence[Cell], by_value: Sequence[bool], notes: _Notes) -> str:
    cells = (_cell(cell, i == 0, by_value[i], notes) for i, cell in enumerate(row))
    return f"<tr>{''.join(cells)}</tr>"


def _head(heading: str, is_key: bool) -> str:
    """With what it means, where that is known."""
    meaning = HEADINGS.get(heading) or WORDS.get(heading.partition(",")[0])  # max SIC, 100 events
    title = f' title="{escape(meaning)}"' if meaning else ""
    own = ' class="key"' if is_key else ""
    return f'<th scope="col"{own}{title}>{escape(heading)}</th>'


def _cell(cell: Cell, is_key: bool, by_value: bool, notes: _Notes) -> str:
    """What it is sorted by stands beside its text, where that is another thing in this column."""
    value = f' data-order="{escape(_order(cell))}"' if by_value else ""
    tag, own = ("th", ' scope="row" class="key"') if is_key else ("td", "")
    return f"<{tag}{own}{value}>{escape(cell.text)}{notes.mark(cell.note)}</{tag}>"


def _order(cell: Cell) -> str:
    """What a cell is sorted by: its value, or where that is not known its lower limit."""
    number = cell.low if cell.value is None else cell.value
    return cell.text if number is None else f"{number:.6g}"
