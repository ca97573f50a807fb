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
"""The heading of the column that stays in sight; where there is none, the first one does."""
FEW_NOTES = 6
"""More footnotes than these are folded on a screen, and printed."""


def table(block: TableBlock, about: str) -> str:
    """The table in a box that scrolls, and its footnotes.

    Args:
        block: the table.
        about: what a screen reader calls it.
    """
    key = block.headings.index(KEY) if KEY in block.headings else 0
    sorted_by = [any(row[i].value is not None for row in block.rows) for i in _places(block)]
    notes: list[str] = []
    rows = [_row(block.name, row, key, sorted_by, notes) for row in block.rows]
    head = "".join(_head(heading, key == i) for i, heading in enumerate(block.headings))
    named = escape(about)
    body = "\n".join(rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{named}">'
        f'<table id="{escape(block.name)}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
        f"{_notes(block.name, notes)}"
    )


def _places(block: TableBlock) -> range:
    return range(len(block.headings))


def _row(
    name: str, row: Sequence[Cell], key: int, sorted_by: Sequence[bool], notes: list[str]
) -> str:
    cells = (
        _cell(name, cell, key == i, by_value, notes)
        for i, (cell, by_value) in enumerate(zip(row, sorted_by, strict=True))
    )
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
