"""Names that want to break out of a table, through every form in which a report is written."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bench.report.blocks import Cell, Charts, Heading, Picture, TableBlock, Text, plain
from bench.report.exports import LATEX, SYMBOLS, UNSAFE, to_csv, to_latex
from bench.report.markdown import markdown
from bench.report.web.page import html

PUNCTUATION = "\\`*<|~$&[]_#>+=-."
"""What markdown takes for more than itself, somewhere in a text or where it begins."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet runs, as OWASP lists it."""

NAMES = [
    *("a|b", "|", "a\nb", "a\r\nb", "\x00", "a\tb", "`x`", "```", "*a*", "**b**", "_c_", "__d__"),
    *("~~e~~", "# f", "> g", "- h", "1. i", "[j](http://k)", "![l](m)", "[n]: o", "<b>p</b>"),
    *("<script>alert(1)</script>", "<!--", "&lt;", "\\", "\\|", "a\\", "$x$", "{% raw %}", "%"),
    *("\\input{/etc/passwd}", "a & b & c", "\\\\", "\\end{tabular}", "^~#_{}", "=1+1", "@SUM(A1)"),
    *(
        "+1+1",
        "-1+1",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "'=1+1",
        "a+b@c=1",
        "1-1",
        "1/ε_B at ε_S ∞",
    ),
    *('"q"', "'r'", "a,b", 'x" onmouseover="y', "\u202eevil", "\u2028", "🙂", "–", "---|---", " "),
]


def page(name: str) -> TableBlock:
    row = [plain(name), Cell("0.9 [0.8, 1.0]", 0.9, 0.8, 1.0, note=name, marked=True)]
    return TableBlock("t", ["model", "AUC"], [row, row])


def shown(name: str) -> str:
    """What a reader is to see of it: one line, nothing that is not printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


@pytest.mark.parametrize("special", [*LATEX, *SYMBOLS, *PUNCTUATION, *"<>&\"'"])
def test_whatever_a_writer_escapes_is_in_one_of_them(special: str) -> None:
    assert any(special in name for name in NAMES)


def test_what_a_spreadsheet_runs_is_at_the_start_of_one_and_inside_another() -> None:
    assert set(UNSAFE) == set(FORMULA)
    for sign in FORMULA:
        assert any(name.startswith(sign) for name in NAMES)
        assert any(sign in name[1:] and not name.startswith(FORMULA) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_markdown_keeps_its_shape_and_shows_the_name(name: str) -> None:
    text = markdown([Heading(name), Text(f"of {name}"), Text(f"{name} of"), page(name)])
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = reader.parse(text)
    kinds = [token.type for token in tokens]
    assert (kinds.count("tr_open"), kinds.count("td_open")) == (3, 4)
    assert kinds.count("table_open") == kinds.count("heading_open") == 1
    cells = [tokens[i + 1].children for i, token in enumerate(tokens) if token.type == "td_open"]
    assert all(child.type in ("text", "text_special") for cell in cells for child in cell)
    said = [
        "".join(child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    ]
    assert said[0] == said[5] == said[7] == shown(name)
    assert said[1:3] == [f"of {shown(name)}".strip(), f"{shown(name)} of".strip()]
    assert not {"html_block", "hr", "bullet_list_open", "blockquote_open", "fence"} & set(kinds)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("td", "th"):
            self.cells[-1] += data


@pytest.mark.parametrize("name", NAMES)
def test_html_keeps_its_shape_and_shows_the_name(name: str, tmp_path: Path) -> None:
    reader = Reader()
    drawn = Charts(name, {"models": [{"name": name}]}, [Picture(name, name)])
    text = html([Heading(name, 1), page(name), drawn], tmp_path)
    reader.feed(text)
    assert [reader.tags.count(tag) for tag in ("tr", "th", "td")] == [3, 4, 2]
    scripts = [*("page", "datatables", "tables", "vega", "specifications", "charts"), "data"]
    assert (reader.tags.count("script"), reader.tags.count("b")) == (len(scripts), 0)
    assert not [name for name in reader.attributes if name.startswith("on")]
    assert reader.cells[2].split() == name.split()
    data = re.search(r'<script type="application/json" class="data">(.*?)</script>', text)
    assert json.loads(data[1]) == drawn.data


@pytest.mark.parametrize("name", NAMES)
def test_csv_reads_back_and_is_no_formula(name: str) -> None:
    heading, *rows = csv.reader(StringIO(to_csv(page(name)), newline=""))
    assert heading == ["model", "AUC", "AUC low", "AUC high", "AUC note"]
    assert [row[1:4] for row in rows] == [["0.9", "0.8", "1"]] * 2
    cell = f"'{name}" if name.startswith(FORMULA) else name
    assert [[row[0], row[4]] for row in rows] == [[cell, cell]] * 2


@pytest.mark.parametrize("name", NAMES)
def test_a_heading_is_no_formula_either(name: str) -> None:
    ((heading, *_), *_) = csv.reader(
        StringIO(to_csv(TableBlock("t", [name], [[plain("a")]])), newline="")
    )
    assert heading == (f"'{name}" if name.startswith(FORMULA) else name)


@pytest.mark.parametrize("name", NAMES)
def test_latex_keeps_its_shape(name: str) -> None:
    lines = to_latex(page(name)).splitlines()
    rows = [line for line in lines if line.endswith(r"\\")]
    assert len(rows) == 3
    assert all(len(re.findall(r"(?<!\\)&", row)) == 1 for row in rows)
    commands = set(re.findall(r"\\([a-zA-Z]+)", "\n".join(rows)))
    assert commands <= {"textbackslash", "textasciitilde", "textasciicircum", "textless"} | {
        *("textgreater", "textbar", "infty", "epsilon")
    }
