"""A report as one HTML page that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from bench.report.blocks import (
    Beside,
    Block,
    Cell,
    Folded,
    Heading,
    Item,
    Items,
    Links,
    Picture,
    TableBlock,
    Text,
    anchor,
    every,
)
from bench.report.sections.words import HEADING, WORDS

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
EXPLAINED = re.compile(
    "|".join(
        rf"(?<![\w/-]){re.escape(escape(word))}(?![\w-])" for word in sorted(WORDS, key=len)[::-1]
    )
)
"""A word of the page's last section, as it stands in a text."""

HEADINGS = {
    "group": WORDS["letters"],
    "events": WORDS["events hash"],
    "mass sculpting": WORDS["sculpting"],
}
"""Headings of columns that are explained under another word."""


def html(blocks: Sequence[Block], folder: Path) -> str:
    """The page, with the pictures of this folder inside it."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Report")
    explains = any(isinstance(block, Heading) and block.text == HEADING for block in every(blocks))
    body = _Page(folder, explains).blocks(blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_file('page.css')}</style>\n</head>\n<body>\n{body}\n"
        f"<script>\n{_file('sort.js')}</script>\n</body>\n</html>\n"
    )


def _file(name: str) -> str:
    return (files("bench.report") / "web" / name).read_text(encoding="utf-8")


class _Page:
    """A page on its way: which words a section has explained, and which headings there were."""

    def __init__(self, folder: Path, explains: bool) -> None:
        self.folder, self.explains = folder, explains
        self.linked: set[str] = set()
        self.anchors: dict[str, int] = {}

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Of the blocks, one after the other."""
        return "\n".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Heading():
                return self._heading(block)
            case Text(verbatim=True):
                return f"<pre>{escape(block.text)}</pre>"
            case Text():
                return f"<p>{self._text(block.text)}</p>"
            case TableBlock():
                return _table(block)
            case Picture():
                return "\n".join([_picture(block, self.folder), *map(self._block, block.under)])
            case _:
                return self._nested(block)

    def _nested(self, block: Items | Links | Folded | Beside) -> str:
        match block:
            case Items():
                return f"<ul>\n{''.join(map(self._item, block.items))}</ul>"
            case Links():
                ways = (_way(one.brief or one.text, anchor(one.text)) for one in block.headings)
                return f"<nav>{' · '.join(ways)}</nav>"
            case Folded():
                inside = self.blocks(block.blocks)
                return f"<details><summary>{escape(block.summary)}</summary>\n{inside}\n</details>"
            case Beside():
                columns = (f"<div>\n{self.blocks(column)}\n</div>" for column in block.columns)
                return f'<div class="beside">\n{"".join(columns)}\n</div>'

    def _heading(self, heading: Heading) -> str:
        if heading.level < 3:
            self.linked.clear()
        name = anchor(heading.text)
        again = self.anchors.get(name, 0)
        self.anchors[name] = again + 1
        own = escape(f"{name}-{again}" if again else name)
        return f'<h{heading.level} id="{own}">{escape(heading.text)}</h{heading.level}>'

    def _item(self, item: Item) -> str:
        about, text = escape(item.about), item.text
        if item.heading:
            about = _way(item.about, anchor(item.heading))
        if WORDS.get(item.about) == text:
            return f'<li id="{_word(item.about)}"><b>{about}</b>: {escape(text)}</li>\n'
        return f"<li><b>{about}</b>: {self._text(text)}</li>\n"

    def _text(self, text: str) -> str:
        """With a link to what explains a word, the first time that a section uses it."""
        return EXPLAINED.sub(self._explained, escape(text)) if self.explains else escape(text)

    def _explained(self, match: re.Match[str]) -> str:
        shown = match[0]
        word = next(word for word in WORDS if escape(word) == shown)
        if word in self.linked:
            return shown
        self.linked.add(word)
        return f'<a class="word" href="#{_word(word)}" title="{escape(WORDS[word])}">{shown}</a>'


def _word(word: str) -> str:
    return f"word-{anchor(word)}"


def _way(text: str, name: str) -> str:
    return f'<a href="#{escape(name)}">{escape(text)}</a>'


def _picture(picture: Picture, folder: Path) -> str:
    content = b64encode((folder / picture.file).read_bytes()).decode()
    title, size = escape(picture.title), f' width="{picture.width}"' if picture.width else ""
    image = f'<img alt="{title}"{size} src="data:image/png;base64,{content}">'
    return f'<p class="picture">{image}</p>'


def _table(table: TableBlock) -> str:
    head = "".join(map(_head, table.headings))
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return (
        f'<div class="table"><table id="{escape(table.name)}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _head(heading: str) -> str:
    """With what it means, where that is known."""
    meaning = HEADINGS.get(heading) or WORDS.get(heading)
    title = f' title="{escape(meaning)}"' if meaning else ""
    return f"<th{title}>{escape(heading)}</th>"


def _cell(cell: Cell) -> str:
    number = cell.low if cell.value is None else cell.value
    value = "" if number is None else f' data-value="{number:.6g}"'
    note = f' title="{escape(cell.note)}"' if cell.note else ""
    return f"<td{value}{note}>{escape(cell.text)}</td>"
