"""The charts of `report.html` in a headless Chromium: what a reader can ask them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import needs_browser, opened, started
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = needs_browser
TIP = "#vg-tooltip-element.visible"
FIRST = "cut"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


@pytest.fixture(scope="module", params=[1280, 400])
def page(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Page]:
    one = opened(browser, page_file.as_uri(), request.param)
    yield one
    one.close()


def room(page: Page, place: int = 0) -> Locator:
    """The charts of a sample, all of its models shown."""
    one = page.locator("section.charts").nth(place)
    one.get_by_role("button", name="show all of the models").click()
    return one


def shown(one: Locator) -> dict[str, int]:
    """The models that each part of a sample shows, by their number."""
    return {
        **{kind: one.locator(f"figure.{kind} .layer_1_marks").count() for kind in ("roc", "sic")},
        "scores": one.locator("figure.scores .role-title").count(),
        "cuts": one.locator(".cuts tbody tr:visible").count(),
    }


def everywhere(count: int) -> dict[str, int]:
    return dict.fromkeys(("roc", "sic", "scores", "cuts"), count)


def ends(one: Locator, kind: str) -> list[list[str]]:
    """The numbers at both axes."""
    axes = one.locator(f"figure.{kind} svg.marks g[aria-roledescription=axis]")
    numbers = [axes.nth(i).locator(".role-axis-label text").all_text_contents() for i in (0, 1)]
    return [sorted(filter(str.strip, some)) for some in numbers]


def becomes(one: Locator, kind: str, other: Callable[[list[list[str]]], bool]) -> list[list[str]]:
    """The axes once they are as they should be."""
    for _ in range(30):
        if other(seen := ends(one, kind)):
            return seen
        one.page.wait_for_timeout(100)
    raise AssertionError(seen)


def test_the_best_of_each_family_are_shown_before_anybody_clicks(
    browser: Browser, page_file: Path
) -> None:
    page = opened(browser, page_file.as_uri())
    one = page.locator("section.charts").first
    assert shown(one) == everywhere(6)
    pressed = one.locator(".legend button[aria-pressed=true]").all_text_contents()
    assert {FIRST, "cut, n=0"} <= set(pressed)
    assert len(pressed) == 6
    page.close()


def test_a_click_in_the_legend_hides_a_model_in_all_charts_of_its_sample(page: Page) -> None:
    other = shown(room(page, 1))
    one = room(page)
    assert shown(one) == everywhere(9)
    button = one.get_by_role("button", name=FIRST, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(one.locator("figure.scores .role-title")).to_have_count(8)
    assert shown(one) == everywhere(8)
    assert FIRST not in one.locator(".cuts tbody tr:visible th").all_inner_texts()
    assert shown(page.locator("section.charts").nth(1)) == other == everywhere(2)
    button.press("Enter")  # and by the keyboard
    expect(one.locator("figure.scores .role-title")).to_have_count(9)
    one.get_by_role("button", name="show none of the models").press(" ")
    expect(one.locator("figure.scores .role-title")).to_have_count(0)
    assert shown(one) == everywhere(0)


def test_hovering_shows_model_interval_and_threshold(page: Page) -> None:
    for kind, figure in (("roc", "1/ε_B"), ("sic", "SIC")):
        chart = room(page).locator(f"figure.{kind} svg.marks")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.6 * box["height"])
        tip = page.locator(TIP)
        expect(tip).to_be_visible()
        words = tip.locator("td").all_text_contents()
        rows = dict(zip(words[::2], words[1::2], strict=True))
        assert rows["model"].startswith("cut")
        assert 0 < float(rows["threshold"]) < 1
        assert 0.4 < float(rows["ε_S"]) <= 1
        value, low, high = map(float, re.findall(r"[\d.]+", rows[f"{figure} [95 %]"]))
        assert low <= value <= high
        page.mouse.move(0, 0)
        expect(tip).to_be_hidden()


@pytest.mark.parametrize("kind", ["roc", "sic"])
def test_a_chart_zooms_by_its_buttons_and_back(page: Page, kind: str) -> None:
    one, name = room(page), kind.upper()
    before = ends(one, kind)
    assert before[0][-1] == "1.0"
    one.get_by_role("button", name=f"{name}: zoom in").click()
    closer = becomes(one, kind, lambda now: now[0][-1] == "0.50")
    assert closer[1] != before[1]
    one.get_by_role("button", name=f"{name}: zoom out").press("Enter")
    becomes(one, kind, lambda now: now[0] == before[0])
    one.get_by_role("button", name=f"{name}: zoom out").press("Enter")
    becomes(one, kind, lambda now: now[0][-1] == "2.0")
    one.get_by_role("button", name=f"{name}: zoom back").click()
    becomes(one, kind, lambda now: now == before)


def test_the_distributions_zoom_all_at_once(page: Page) -> None:
    one = room(page)
    panel = one.locator("figure.scores .role-column-footer .role-axis-label").first.locator("text")
    expect(panel.last).to_have_text("1.0")
    one.get_by_role("button", name="Score distributions: zoom in").click()
    expect(panel.last).to_have_text(re.compile(r"0\.50?"))
    one.get_by_role("button", name="Score distributions: zoom back").click()
    expect(panel.last).to_have_text("1.0")


def test_a_chart_moves_by_a_drag_and_zooms_by_the_wheel_with_ctrl_alone(page: Page) -> None:
    one = room(page)
    chart = one.locator("figure.roc svg.marks")
    before = ends(one, "roc")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    moved = becomes(one, "roc", lambda now: now[0] != before[0])
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    becomes(one, "roc", lambda now: now[0] != moved[0])
    chart.dblclick()
    becomes(one, "roc", lambda now: now == before)
    height = page.evaluate("scrollY")
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") > height  # the page scrolls, and the chart stays
    assert ends(one, "roc") == before


def test_a_chart_is_saved_as_a_picture(page: Page) -> None:
    figure = room(page).locator("figure.sic")
    figure.locator("summary").click()
    with page.expect_download() as download:
        figure.get_by_role("link", name="Save as SVG").click()
    text = Path(download.value.path()).read_text()
    assert download.value.suggested_filename == "sic.svg"
    assert text.count("signal efficiency ε_S") >= 1
