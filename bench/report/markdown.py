"""A report as markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from bench.report.blocks import (
    Beside,
    Block,
    Cell,
    Charts,
    Folded,
    Heading,
    Item,
    Items,
    Links,
    Picture,
    TableBlock,
    Text,
    anchor,
)


def markdown(blocks: Sequence[Block]) -> str:
    """The page."""
    return f"{_blocks(blocks)}\n"


def _blocks(blocks: Sequence[Block]) -> str:
    return "\n\n".join(_block(block) for block in blocks)


def escaped(text: str) -> str:
    """Text on one line that means nothing but itself, in a table's cell as well."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = re.sub(r"([\\`*<|~$]|&(?=[#\w])|\](?=[(\[:]))", r"\\\1", line)
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", line)  # inside a word it means nothing


def _begun(text: str) -> str:
    """A paragraph that begins neither a list nor a heading nor a quotation."""
    line = re.sub(r"^([#>+=-])", r"\\\1", escaped(text))
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)


def table(report_table: TableBlock) -> str:
    """A pipe table with its footnotes."""
    from tabulate import tabulate

    notes: list[str] = []
    rows = [[_cell(cell, notes) for cell in row] for row in report_table.rows]
    headings = [escaped(heading) for heading in report_table.headings]
    text = tabulate(rows, headings, tablefmt="pipe", disable_numparse=True)
    footnotes = "\n".join(f"({i}) {escaped(note)}  " for i, note in enumerate(notes, 1))
    return f"{text}\n\n{footnotes}".rstrip()


def _cell(cell: Cell, notes: list[str]) -> str:
    if not (cell.note and cell.marked):
        return escaped(cell.text)
    if cell.note not in notes:
        notes.append(cell.note)
    return f"{escaped(cell.text)} ({notes.index(cell.note) + 1})"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {escaped(block.text)}"
        case Text(verbatim=True):
            return "\n".join(f"    {line}".rstrip() for line in block.text.splitlines())
        case Text():
            return _begun(block.text)
        case TableBlock():
            return table(block)
        case Picture():
            image = f"![{escaped(block.title)}]({block.file})"
            return "\n\n".join([image, *map(_block, block.under)])
        case _:
            return _nested(block)


def _nested(block: Items | Links | Charts | Folded | Beside) -> str:
    match block:
        case Items():
            return "\n".join(f"- {_item(item)}" for item in block.items)
        case Links():
            return " · ".join(_link(one.brief or one.text, one.text) for one in block.headings)
        case Charts():
            return _blocks(block.pictures)
        case Folded():
            summary = f"<summary>{escape(block.summary)}</summary>"
            return f"<details>{summary}\n\n{_blocks(block.blocks)}\n\n</details>"
        case Beside():
            return "\n\n".join(_blocks(column) for column in block.columns)


def _item(item: Item) -> str:
    about = _link(item.about, item.heading) if item.heading else escaped(item.about)
    return f"**{about}**: {escaped(item.text)}"


def _link(text: str, heading: str) -> str:
    inside = re.sub(r"(?<!\\)[\[\]]", r"\\\g<0>", escaped(text))
    return f"[{inside}](#{anchor(heading)})"
