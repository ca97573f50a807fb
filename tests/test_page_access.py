"""`report.html` for every reader: a keyboard, a screen reader, the dark, and no script at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from chromium import needs_browser, opened, started
from playwright.sync_api import Browser, Page, expect

from bench.report.drawing.styles import COLOURS
from bench.report.web.looks import luminance

pytestmark = needs_browser
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


def violations(page: Page) -> list[str]:
    """What axe-core finds that keeps a reader out."""
    page.evaluate(AXE_FILE_PATH.read_text())
    results = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in results
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_axe_finds_no_serious_violation(
    browser: Browser, page_file: Path, width: int, scheme: str
) -> None:
    page = opened(browser, page_file.as_uri(), width, color_scheme=scheme)
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    page.get_by_role("button", name="show none of the models").first.click()
    assert violations(page) == []
    page.close()


def test_axe_would_find_one(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>x</title><main><button></button>")
    page = opened(browser, (tmp_path / "page.html").as_uri())
    assert any("button-name" in line for line in violations(page))
    page.close()


def test_whatever_can_be_done_can_be_done_by_the_keyboard(
    browser: Browser, page_file: Path
) -> None:
    page = opened(browser, page_file.as_uri())
    reached = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(one => one.getAttribute('aria-label') ?? one.innerText?.trim() ?? one.type)"
                "(document.activeElement)"
            )
        )
    tools = {"dark", "Filter", "Columns", "Copy", "CSV", "where the models are cut", "cut"}
    assert tools <= reached
    assert {
        "ROC: zoom in",
        "SIC: zoom back",
        "ROC: save as a picture",
        "AUC: Activate to sort",
    } <= (reached)
    page.close()


def is_dark(page: Page) -> bool:
    """Whether light letters stand on a dark ground; either way they are easily told apart."""
    ground, letters = brightness(page, "backgroundColor"), brightness(page, "color")
    assert abs(ground - letters) > 150
    return ground < letters


def brightness(page: Page, what: str, of: str = "body") -> float:
    """Of a colour that a reader sees, from 0 to 255."""
    colour = page.locator(of).first.evaluate(f"one => getComputedStyle(one).{what}")
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_is_dark_where_the_reader_is_and_by_a_button(
    browser: Browser, page_file: Path, width: int
) -> None:
    page = opened(browser, page_file.as_uri(), width, color_scheme="dark")
    button = page.get_by_role("button", name="dark")
    numbers = "figure.roc .role-axis-label text"
    expect(button).to_have_attribute("aria-pressed", "true")
    assert is_dark(page)
    assert brightness(page, "fill", numbers) > 180
    button.click()
    assert not is_dark(page)
    assert brightness(page, "fill", numbers) < 60
    page.emulate_media(color_scheme="light")
    button.press("Enter")
    assert is_dark(page)
    page.emulate_media(media="print")  # paper is white
    assert not is_dark(page)
    page.close()


PAINTED = """(path, colour) => {
  path.setAttribute("stroke", colour);
  const paint = document.createElement("canvas").getContext("2d");
  paint.fillStyle = getComputedStyle(path).stroke;
  paint.fillRect(0, 0, 1, 1);
  return "#" + [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)]
    .map(part => part.toString(16).padStart(2, "0")).join("");
}"""
LINE = 3
"""Contrast that WCAG 2.2 asks of a line; the colour of some families has less on white already."""


@pytest.mark.parametrize(
    ("scheme", "ground", "least"), [("dark", "#16181b", LINE), ("light", "#ffffff", 2.5)]
)
def test_the_lines_of_every_family_are_seen_on_either_page(
    browser: Browser, page_file: Path, scheme: str, ground: str, least: float
) -> None:
    page = opened(browser, page_file.as_uri(), color_scheme=scheme)
    swatch = page.locator(".legend path").first
    for colour in COLOURS:
        one, other = sorted(map(luminance, (swatch.evaluate(PAINTED, colour), ground)))
        assert (other + 0.05) / (one + 0.05) >= least, colour
    page.close()


def test_without_scripts_the_page_has_its_tables_and_says_where_the_charts_are(
    browser: Browser, page_file: Path
) -> None:
    page = opened(browser, page_file.as_uri(), java_script_enabled=False)
    assert page.locator("#figures tbody tr").count() == 11
    said = page.locator("section.charts noscript").first.text_content() or ""
    files = re.findall(r"figures/[\w.-]+\.png", said)
    assert [file.partition("-")[0] for file in files] == [
        *("figures/roc", "figures/sic", "figures/scores")
    ]
    assert all((page_file.parent / file).is_file() for file in files)
    page.close()
