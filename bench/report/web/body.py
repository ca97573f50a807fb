"""The blocks of a report as the HTML of a page's body."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.report.blocks import (
    Beside,
    Block,
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
from bench.report.sections.words import WORDS
from bench.report.web.charts import charts
from bench.report.web.table import table

EXPLAINED = re.compile(
    "|".join(
        rf"(?<![\w/-]){re.escape(escape(word))}(?![\w-])" for word in sorted(WORDS, key=len)[::-1]
    )
)
"""A word of the page's last section, as it stands in a text."""


class Body:
    """A page's body on its way: which words were explained, and which headings there were."""

    def __init__(self, folder: Path, explains: bool) -> None:
        self.folder, self.explains = folder, explains
        self.linked: set[str] = set()
        self.anchors: dict[str, int] = {}
        self.tables = 0
        self.about = ""
        """What stands over a table: the last heading, or the summary that folds it."""

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
                self.tables += 1
                return table(block, self.about, self.tables)
            case Picture():
                return "\n".join([_picture(block, self.folder), *map(self._block, block.under)])
            case _:
                return self._nested(block)

    def _nested(self, block: Items | Links | Charts | Folded | Beside) -> str:
        match block:
            case Charts():
                return charts(block)
            case Items():
                return f"<ul>\n{''.join(map(self._item, block.items))}</ul>"
            case Links():
                return _links(block)
            case Folded():
                heading, self.about = self.about, block.summary
                inside = self.blocks(block.blocks)
                self.about = heading
                return f"<details><summary>{escape(block.summary)}</summary>\n{inside}\n</details>"
            case Beside():
                columns = (f"<div>\n{self.blocks(column)}\n</div>" for column in block.columns)
                return f'<div class="beside">\n{"".join(columns)}\n</div>'

    def _heading(self, heading: Heading) -> str:
        if heading.level < 3:
            self.linked.clear()
        self.about = heading.text
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


def _links(links: Links) -> str:
    """Of several headings a landmark, of one a line."""
    ways = " · ".join(_way(one.brief or one.text, anchor(one.text)) for one in links.headings)
    return f"<nav>{ways}</nav>" if len(links.headings) > 1 else f'<p class="way">{ways}</p>'


def _word(word: str) -> str:
    return f"word-{anchor(word)}"


def _way(text: str, name: str) -> str:
    return f'<a href="#{escape(name)}">{escape(text)}</a>'


def _picture(picture: Picture, folder: Path) -> str:
    content = b64encode((folder / picture.file).read_bytes()).decode()
    title, size = escape(picture.title), f' width="{picture.width}"' if picture.width else ""
    image = f'<img alt="{title}"{size} src="data:image/png;base64,{content}">'
    return f'<p class="picture">{image}</p>'
