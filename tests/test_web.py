"""`report.html` in a headless Chromium: it fits, and asks nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from chromium import SIZES, needs_browser, opened, started
from playwright.sync_api import Browser, Page

from bench.report.blocks import (
    Beside,
    Heading,
    Item,
    Items,
    Links,
    Picture,
    TableBlock,
    Text,
    plain,
)
from bench.report.web.page import html

REPORTS = sorted(Path(__file__).parents[1].glob("reports/*/report.html"))
SCRIPT = re.compile(r"<script.*?</script>", flags=re.DOTALL)
MOST = 5_000_000
"""Bytes of a page."""
MEASURE = """() => {
  const boxes = [...document.querySelectorAll(".beside > div")].map(d => d.getBoundingClientRect());
  const end = Math.max(0, ...boxes.map(box => box.bottom + scrollY));
  const lefts = new Set(boxes.map(box => Math.round(box.left)));
  return [document.documentElement.scrollWidth, Math.round(end), lefts.size, boxes.length];
}"""
pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


def shown(browser: Browser, page: str, folder: Path, width: int = 1280) -> Page:
    (folder / "page.html").write_text(page)
    return opened(browser, (folder / "page.html").as_uri(), width)


def measured(page: Page) -> list[int]:
    """The page's width, where its first screen ends, its columns and their parts."""
    numbers: list[int] = page.evaluate(MEASURE)
    return numbers


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """Another host, which knows what it was asked for."""
    with Elsewhere(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Elsewhere(HTTPServer):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.paths: list[str] = []

    def asked(self, browser: Browser, page: str, folder: Path) -> list[str]:
        """What it is asked for by a page, whose {host} it is."""
        self.paths.clear()
        (folder / "page.html").write_text(
            page.replace("{host}", f"http://127.0.0.1:{self.server_port}")
        )
        one = browser.new_page()
        one.goto((folder / "page.html").as_uri(), wait_until="networkidle")
        one.close()
        return self.paths


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_there_are_committed_reports() -> None:
    assert len(REPORTS) > 5


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_a_committed_report_opens_fits_and_asks_nobody(browser: Browser, report: Path) -> None:
    content = SCRIPT.sub("", report.read_text())  # libraries have tables of their own in them
    assert report.stat().st_size <= MOST
    requests: list[str] = []
    page = opened(browser, "about:blank")
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    tables = content.count("<table")
    assert page.locator("table[id]").count() == tables > 0
    assert page.locator("table[id] tbody tr").count() == content.count("<tr>") - tables
    width, end, _, parts = measured(page)
    assert width == 1280
    assert end <= SIZES[1280]
    assert parts
    page.set_viewport_size({"width": 400, "height": SIZES[400]})
    assert measured(page)[0] == 400
    assert requests == [report.as_uri()]
    page.close()


def first_page(folder: Path, samples: int) -> str:
    """A page as full as one gets: answers of forty words, tall figures, many samples."""
    from matplotlib.figure import Figure

    for name, size in (("forest", (6.6, 7.4)), ("order", (6.2, 3.2))):
        Figure(figsize=size).savefig(folder / f"{name}.png", dpi=100)
    answers = [Item(f"s{n} 1:10", " ".join(["model,"] * 40)) for n in range(samples)]
    lines = [Item("Seeds", " ".join(["words"] * 16))] * 6
    texts = [Heading("Answer"), Items(answers), Heading("Believe"), Items(lines)]
    pictures = [[Picture(f"{name}.png", name)] for name in ("forest", "order")]
    head = [Heading("A title", 1), Text("9 runs"), Links([Heading("All runs")])]
    wide = TableBlock("w", ["x" * 40] * 5, [[plain("y" * 40)] * 5])
    return html([*head, Beside([texts, *pictures]), Heading("All runs"), wide], folder)


def test_the_first_screen_fits_a_screen_and_is_one_column_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    content = first_page(tmp_path, 3)
    width, end, columns, parts = measured(shown(browser, content, tmp_path))
    assert (width, columns, parts) == (1280, 2, 3)
    assert 700 < end <= 900
    width, _, columns, parts = measured(shown(browser, content, tmp_path, 400))
    assert (width, columns, parts) == (400, 1, 3)
    longer = shown(browser, first_page(tmp_path, 9), tmp_path)
    assert measured(longer)[1] > 900  # it can be too long


EVIL = [
    '<img src="{host}/x">',
    '<script src="{host}/x"></script>',
    '<script>fetch("{host}/x").catch(() => 0)</script>',
    '<link rel="stylesheet" href="{host}/x">',
]


@pytest.mark.parametrize("evil", EVIL)
def test_the_page_forbids_itself_to_ask(
    browser: Browser, elsewhere: Elsewhere, tmp_path: Path, evil: str
) -> None:
    assert elsewhere.asked(browser, f"<!doctype html>{evil}", tmp_path) == ["/x"]
    page = html([Heading("Report", 1), TableBlock("t", ["a"], [[plain("b")]])], tmp_path)
    assert elsewhere.asked(browser, page.replace("</body>", f"{evil}</body>"), tmp_path) == []


def test_a_report_with_charts_asks_nobody(browser: Browser, page_file: Path) -> None:
    requests: list[str] = []
    page = opened(browser, "about:blank")
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_file.as_uri(), wait_until="networkidle")
    assert requests == [page_file.as_uri()]
    assert page_file.stat().st_size <= MOST
    page.close()
