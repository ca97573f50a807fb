"""A report as one HTML page that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from bench.report.blocks import Block, Charts, Heading, TableBlock, every
from bench.report.sections.words import HEADING
from bench.report.web.body import Body
from bench.report.web.charts import specifications
from bench.report.web.library import charts_script, tables_script, tables_style
from bench.report.web.looks import on_dark

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
STYLES = ("page.css", "table.css", "charts.css", "print.css")
SCRIPTS = ("page.js",)
TABLE_SCRIPTS = ("figures.js", "narrow.js", "table.js")
CHART_SCRIPTS = ("sample.js", "shapes.js", "chart.js", "legend.js", "cut.js", "charts.js")


def html(blocks: Sequence[Block], folder: Path) -> str:
    """The page, with the pictures of this folder and all its scripts inside it."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Report")
    explains = any(isinstance(block, Heading) and block.text == HEADING for block in every(blocks))
    body = Body(folder, explains).blocks(blocks)
    kinds = {type(block) for block in every(blocks)}
    style = f"<style>\n{_own(STYLES)}{on_dark()}</style>"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"{tables_style() if TableBlock in kinds else ''}\n{style}\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n{_scripts(kinds)}\n</body>\n</html>\n"
    )


def _scripts(kinds: set[type[Block]]) -> str:
    """Those that the page has a use for, with what they stand on."""
    scripts = [_module(SCRIPTS)]
    if TableBlock in kinds:
        scripts += [tables_script(), _module(TABLE_SCRIPTS)]
    if Charts in kinds:
        scripts += [charts_script(), specifications(), _module(CHART_SCRIPTS)]
    return "\n".join(scripts)


def _module(names: Sequence[str]) -> str:
    return f'<script type="module">\n{_own(names)}</script>'


def _own(names: Sequence[str]) -> str:
    """The page's own files, one after the other."""
    static = files("bench.report.web") / "static"
    return "".join((static / name).read_text(encoding="utf-8") for name in names)
