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


def table(block: TableBlock, about: str) -> str:
    """The table in a box that scrolls, and its footnotes.

    Args:
        block: the table.
        about: what a screen reader calls it.
    """
    key = block.headings.index(KEY) if KEY in block.headings else 0
    order = [key, *(i for i in range(len(block.headings)) if i != key)]
    rows = [[row[i] for i in order] for row in block.rows]
    by_value = [any(row[i].value is not None for row in rows) for i in range(len(order))]
    notes: list[str] = []
    body = "\n".join(_row(block.name, row, by_value, notes) for row in rows)
    head = "".join(_head(block.headings[i], i == key) for i in order)
    size = "widest" if len(order) > WIDEST else "wide" if len(order) > WIDE else "usual"
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(about)}">'
        f'<table id="{escape(block.name)}" class="{size}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
        f"{_notes(block.name, notes)}"
    )


def _row(name: str, row: Sequence[Cell], by_value: Sequence[bool], notes: list[str]) -> str:
    cells = (_cell(name, cell, i == 0, by_value[i], notes) for i, cell in enumerate(row))
    return f"<tr>{''.join(cells)}</tr>"


def _head(heading: str, is_key: bool) -> str:
    """With what it means, where that is known."""
    meaning = HEADINGS.get(heading) or WORDS.get(heading)
    title = f' title="{escape(meaning)}"' if meaning else ""
    own = ' class="key"' if is_key else ""
    return f'<th scope="col"{own}{title}>{escape(heading)}</th>'


def _cell(name: str, cell: Cell, is_key: bool, by_value: bool, notes: list[str]) -> str:
    """What it is sorted by stands beside its text, where that is another thing in this column."""
    value = ""
    if by_value:
        order = cell.text if cell.value is None else f"{cell.value:.6g}"
        value = f' data-order="{escape(order)}"'
    mark = ""
    if cell.note:
        if cell.note not in notes:
            notes.append(cell.note)
        number = notes.index(cell.note) + 1
        to, note = escape(f"#note-{name}-{number}"), escape(cell.note)
        mark = f'<sup><a href="{to}" title="{note}">{number}</a></sup>'
    tag, own = ("th", ' scope="row" class="key"') if is_key else ("td", "")
    return f"<{tag}{own}{value}>{escape(cell.text)}{mark}</{tag}>"


def _notes(name: str, notes: Sequence[str]) -> str:
    if not notes:
        return ""
    items = "".join(
        f'<li id="{escape(f"note-{name}-{i}")}">{escape(note)}</li>\n'
        for i, note in enumerate(notes, 1)
    )
    listed = f'<ol class="notes">\n{items}</ol>'
    if len(notes) <= FEW_NOTES:
        return f"\n{listed}"
    return f"\n<details><summary>{len(notes)} footnotes</summary>\n{listed}</details>"
