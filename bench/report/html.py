"""A report as one HTML page that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from bench.report.blocks import Block, Cell, Heading, Picture, TableBlock, Text

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def html(blocks: Sequence[Block], folder: Path) -> str:
    """The page, with the pictures of this folder inside it."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Report")
    body = "\n".join(_block(block, folder) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_beside('page.css')}</style>\n</head>\n<body>\n{body}\n<script>\n{_beside('sort.js')}</script>\n"
        f"</body>\n</html>\n"
    )


def _beside(name: str) -> str:
    return (files("bench.report") / "web" / name).read_text(encoding="utf-8")


def _block(block: Block, folder: Path) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Text(verbatim=True):
            return f"<pre>{escape(block.text)}</pre>"
        case Text():
            return f"<p>{escape(block.text)}</p>"
        case TableBlock():
            return _table(block)
        case Picture():
            content = b64encode((folder / block.file).read_bytes()).decode()
            return f'<p><img alt="{escape(block.title)}" src="data:image/png;base64,{content}"></p>'


def _table(table: TableBlock) -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for heading in table.headings)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return (
        f'<div class="table"><table id="{escape(table.name)}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    value = "" if cell.value is None else f' data-value="{cell.value:.6g}"'
    note = f' title="{escape(cell.note)}"' if cell.note else ""
    return f"<td{value}{note}>{escape(cell.text)}</td>"
