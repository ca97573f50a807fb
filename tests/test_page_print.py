"""`report.html` on paper: every column, every footnote, every chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from chromium import needs_browser, opened, started
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from bench.report.blocks import Cell, Folded, Heading, TableBlock, plain
from bench.report.web.page import html

pytestmark = needs_browser
PAPER = 1031
"""Width of A4 on its side between the margins, in CSS pixels."""
WORDS = "numbers-invariants, targets=all-linear"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


def words(page: Page, folder: Path) -> str:
    """What is on the paper, without the spaces, as words are broken where they have to be."""
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True)
    return squeezed(" ".join(one.extract_text() for one in PdfReader(folder / "page.pdf").pages))


def squeezed(text: str) -> str:
    return "".join(normalize("NFKC", text).split())  # a font may have one letter for fi


def overflowing(page: Page) -> list[str]:
    """Tables of which something lies beside the paper, or under a neighbour."""
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.emulate_media(media="print")
    too_wide: list[str] = page.evaluate(
        """width => [...document.querySelectorAll("table")].filter(table => {
          const right = [...table.rows].flatMap(row => [...row.cells])
            .map(cell => Math.max(cell.getBoundingClientRect().right,
              cell.getBoundingClientRect().left + cell.scrollWidth));
          return Math.max(...right) > width + 1;
        }).map(table => table.id)""",
        PAPER,
    )
    page.emulate_media(media="null")
    return too_wide


@pytest.mark.parametrize("columns", [5, 12, 18, 24, 30])
def test_no_column_is_lost_however_many_there_are(
    browser: Browser, tmp_path: Path, columns: int
) -> None:
    heads = ["model", *(f"mass sculpting {n}" for n in range(columns - 1))]
    rows = [
        [plain(WORDS), *(Cell(f"0.{n:03d} [0.937, 0.981]", n / 1000) for n in range(columns - 1))]
        for _ in range(3)
    ]
    blocks = [Heading("Report", 1), TableBlock("wide", heads, rows)]
    (tmp_path / "page.html").write_text(html(blocks, tmp_path))
    page = opened(browser, (tmp_path / "page.html").as_uri())
    assert overflowing(page) == []
    text = words(page, tmp_path)
    assert squeezed(WORDS) in text
    for n, head in enumerate(heads[1:]):
        assert squeezed(head) in text
        assert squeezed(f"0.{n:03d} [0.937, 0.981]") in text
    page.close()


def test_a_table_too_wide_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    text = "<!doctype html><table id=t><tr><td style='min-width:1200px'>x</td></table>"
    (tmp_path / "page.html").write_text(text)
    page = opened(browser, (tmp_path / "page.html").as_uri())
    assert overflowing(page) == ["t"]
    page.close()


def test_footnotes_are_printed_folded_or_not(browser: Browser, tmp_path: Path) -> None:
    rows = [[plain(f"m{n}"), Cell("1", 1.0, note=f"why it is {n} times so")] for n in range(9)]
    few = TableBlock("few", ["model", "AUC"], rows[:2])
    blocks = [Heading("R", 1), few, TableBlock("many", ["model", "AUC"], rows)]
    blocks.append(Folded("More", [TableBlock("inside", ["model", "AUC"], rows[8:])]))
    (tmp_path / "page.html").write_text(html(blocks, tmp_path))
    page = opened(browser, (tmp_path / "page.html").as_uri())
    assert page.locator("details[open]").count() == 0
    text = words(page, tmp_path)
    counts = [text.count(squeezed(f"why it is {n} times so")) for n in range(9)]
    assert counts == [2, 2, 1, 1, 1, 1, 1, 1, 2]
    assert page.locator("details[open]").count() == 0  # as they were
    page.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_a_report_is_printed_with_its_charts_and_without_its_tools(
    browser: Browser, page_file: Path, tmp_path: Path, width: int
) -> None:
    page = opened(browser, page_file.as_uri(), width)
    text = words(page, tmp_path)
    for printed in ("ROC", "Scoredistributions", "backgroundrejection1/ε_B", "cut,n=0"):
        assert printed in text
    for tool in ("CSV", "Filter", "Columns", "Search", "Cutallmodels", "showall"):
        assert tool not in text
    assert overflowing(page) == []
    for head in page.locator("#figures thead th").all_text_contents():
        assert [word for word in head.split() if word not in text] == []  # a heading has lines
    page.close()
