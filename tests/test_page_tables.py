"""The tables of `report.html`: sorted, searched, filtered, narrowed, copied and saved."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import needs_browser, opened, started
from playwright.sync_api import Browser, Locator, Page, expect

from bench.report.blocks import Cell, Heading, TableBlock, plain
from bench.report.web.page import html

pytestmark = needs_browser
ROWS = [
    ("b", Cell("0.90 [0.8, 1.0]", 0.9, note="a note of b")),
    ("a", Cell("–")),
    ("d", Cell("10.5", 10.5, note="=d(1)")),
    ("c", Cell("9.00", 9.0)),
]
WIDE = [f"column {n}" for n in range(12)]


def table(rows: int) -> TableBlock:
    """Rows of a model, a figure with notes, and much beside it."""
    many = [
        [plain(f"set {n}"), plain(name if n < 4 else f"{name}{n}"), cell, *[plain("-x")] * 12]
        for n, (name, cell) in enumerate(ROWS * (rows // 4))
    ]
    return TableBlock(f"t{rows}", ["set", "model", "AUC", *WIDE], many)


SMALL = TableBlock("small", ["model", "AUC"], [[plain(name), cell] for name, cell in ROWS])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


@pytest.fixture(params=[1280, 400])
def page(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    blocks = [Heading("Report", 1), Heading("Few"), SMALL, Heading("Many"), table(12)]
    (tmp_path / "page.html").write_text(html(blocks, tmp_path))
    one = opened(browser, (tmp_path / "page.html").as_uri(), request.param)
    yield one
    one.close()


def models(page: Page, name: str, expected: list[str]) -> None:
    """The rows become those of these models, in this order."""
    expect(page.locator(f"#{name} tbody tr th")).to_have_text(expected)


def box(page: Page) -> Locator:
    """The large table with its tools."""
    return page.locator(".dt-container:has(#t12)")


def test_a_click_sorts_and_another_turns_the_order_dashes_last(page: Page) -> None:
    models(page, "small", ["b", "a", "d", "c"])
    head = page.locator("#small").get_by_role("button", name="AUC")
    head.click()
    models(page, "small", ["b", "c", "d", "a"])
    page.locator("#small").get_by_role("button", name="AUC").press("Enter")
    models(page, "small", ["d", "c", "b", "a"])
    expect(page.locator("#small th", has_text="AUC")).to_have_attribute("aria-sort", "descending")
    page.locator("#small").get_by_role("button", name="model").click()
    models(page, "small", ["a", "b", "c", "d"])


def test_a_small_table_has_no_tools(page: Page) -> None:
    assert (
        page.locator(".dt-container:has(#small) input, .dt-container:has(#small) details").count()
        == 0
    )
    assert box(page).locator("input, summary").count() > 3


def test_a_search_leaves_the_rows_that_have_the_words(page: Page) -> None:
    box(page).get_by_label("Search").fill('"set 7"')
    models(page, "t12", ["c7"])
    expect(box(page).locator(".dt-info")).to_have_text("1 of 12 rows")
    box(page).get_by_label("Search").fill("")
    expect(page.locator("#t12 tbody tr")).to_have_count(12)


@pytest.mark.parametrize(
    ("column", "way", "value", "names"),
    [
        ("AUC", "≥", "9.5", ["d", "d6", "d10"]),
        ("AUC", "≤", "0.95", ["b", "b4", "b8"]),
        ("model", "has", "A", ["a", "a5", "a9"]),
        ("AUC", "has not", "0", ["a", "a5", "a9"]),
    ],
)
def test_a_filter_leaves_the_rows_whose_column_is_so(
    page: Page, column: str, way: str, value: str, names: list[str]
) -> None:
    tools = box(page)
    tools.locator("summary", has_text="Filter").click()
    tools.get_by_label("column", exact=True).select_option(column)
    tools.get_by_label("how").select_option(way)
    tools.get_by_label("value").fill(value)
    models(page, "t12", names)
    expect(tools.locator("summary").first).to_have_text("Filter (on)")
    tools.get_by_label("value").fill("")
    expect(page.locator("#t12 tbody tr")).to_have_count(12)


def test_columns_are_hidden_and_shown_again(page: Page) -> None:
    chooser = box(page).locator("summary", has_text="Columns")
    chooser.press("Enter")
    one = box(page).get_by_role("checkbox", name="set", exact=True)
    assert box(page).get_by_role("checkbox", name="model").count() == 0  # it says what a row is
    one.uncheck()
    assert page.locator("#t12 thead th").count() == 14
    one.press(" ")
    assert page.locator("#t12 thead th").count() == 15
    one.press("Escape")
    expect(one).to_be_hidden()


def test_a_table_is_saved_as_it_is_shown(page: Page) -> None:
    box(page).get_by_label("Search").fill('"set 2"')
    with page.expect_download() as download:
        box(page).get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "t12.csv"
    heads, row = csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines())
    assert heads == ["model", "set", "AUC", *WIDE]
    assert row == ["d", "set 2", "10.5", *["'-x"] * 12]  # no footnote's number, nothing to run


def test_a_table_is_copied_to_be_pasted(page: Page) -> None:
    box(page).get_by_label("Search").fill('"set 0"')
    box(page).get_by_role("button", name="Copy").click()
    expect(page.locator(".dt-button-info")).to_contain_text("one row")
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("textarea").press("Control+v")
    heads, row = page.locator("textarea").input_value().splitlines()
    assert heads.split("\t")[:3] == ["model", "set", "AUC"]
    assert row.split("\t")[:3] == ["b", "set 0", "0.90 [0.8, 1.0]"]


def test_the_first_column_stays_in_sight(page: Page) -> None:
    scroller = box(page).get_by_role("region", name="Many")
    assert scroller.evaluate("box => box.scrollWidth > box.clientWidth")
    before = page.locator("#t12 tbody th").first.bounding_box()
    scroller.evaluate("box => box.scrollTo(300, 0)")
    after = page.locator("#t12 tbody th").first.bounding_box()
    assert after["x"] == before["x"] == pytest.approx(scroller.bounding_box()["x"], abs=1)
    assert page.locator("#t12 tbody td").first.bounding_box()["x"] < before["x"]
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


def test_a_footnote_is_reached_from_its_cell(page: Page) -> None:
    mark = page.locator("#small tbody tr", has_text="10.5").get_by_role("link")
    assert mark.inner_text() == "2"
    mark.hover()
    expect(mark).to_have_attribute("title", "=d(1)")
    mark.press("Enter")
    assert page.evaluate("document.querySelector(':target').textContent") == "=d(1)"
    expect(page.locator("li:target")).to_be_in_viewport()
