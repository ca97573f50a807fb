"""The slider of `report.html`: counts, efficiencies and SIC of every model at one threshold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chromium import needs_browser, opened, started, toy_runs
from playwright.sync_api import Browser, Locator, Page, expect

from bench.api.scores import Scored
from bench.metrics.curve import Ranking

pytestmark = needs_browser
NAME = "where the models are cut"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


@pytest.fixture(scope="module", params=[1280, 400])
def page(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Page]:
    one = opened(browser, page_file.as_uri(), request.param)
    yield one
    one.close()


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> list[Scored]:
    """Of the two models of the first sample."""
    return [run.scored() for run in toy_runs(tmp_path_factory.mktemp("cuts"))[:2]]


def slid(page: Page, steps: int) -> tuple[Locator, str]:
    """The charts of the first sample, their slider so many steps from its left end, and there."""
    room = page.locator("section.charts").first
    room.get_by_role("button", name="show all of the models").click()
    slider = room.get_by_role("slider", name=NAME)
    slider.fill(str(max(0, steps - 1)))
    slider.press("ArrowRight" if steps else "Home")
    text = slider.get_attribute("aria-valuetext") or ""
    expect(room.locator(".slider output")).to_have_text(text)
    return room, text


def row(room: Locator, name: str) -> list[str]:
    """The cells of a model."""
    head = room.locator(".cuts tbody th").filter(has_text=re.compile(f"^ {name}$"))
    return head.locator("xpath=..").locator("td").all_text_contents()


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"[\d.]+", text)]


@pytest.mark.parametrize("steps", [0, 40, 68, 100])
def test_one_threshold_gives_the_counts_of_every_model(
    page: Page, scored: list[Scored], steps: int
) -> None:
    room, threshold = slid(page, steps)
    assert room.locator(".cuts tbody tr:visible").count() == 9
    for one, name in zip(scored, ("cut", "cut, numbers permuted"), strict=True):
        counts = replace(one, threshold=float(threshold)).counts()
        cells = row(room, name)
        assert cells[0] == threshold
        assert cells[1] == f"{counts.true_signal} of {counts.signal}"
        assert cells[2] == f"{counts.false_signal} of {counts.background}"
        rates = counts.true_signal / counts.signal, counts.false_signal / counts.background
        for text, rate in zip(cells[3:5], rates, strict=True):
            value, low, high = numbers(text)
            assert value == pytest.approx(rate, abs=6e-5)
            assert low <= value <= high
        if counts.false_signal:
            assert numbers(cells[6])[0] == pytest.approx(rates[0] / rates[1] ** 0.5, rel=6e-3)
        assert ("under 25 left" in cells[6]) == (0 < counts.false_signal < 25)


def test_the_slider_ends_at_thresholds_that_nothing_and_everything_passes(page: Page) -> None:
    room, threshold = slid(page, 0)
    assert threshold == "0"
    assert numbers(row(room, "cut")[3])[0] == 1
    room.get_by_role("slider", name=NAME).press("End")
    assert row(room, "cut")[0] == "1"
    assert row(room, "cut")[2].startswith("0 of")
    assert row(room, "cut")[5:] == ["–", "–"]


@pytest.mark.parametrize("steps", [2, 6])
def test_one_background_efficiency_gives_each_model_a_threshold_of_its_own(
    page: Page, scored: list[Scored], steps: int
) -> None:
    room = page.locator("section.charts").first
    choice = room.get_by_label("Cut all models at")
    choice.select_option("the same background efficiency")
    room, text = slid(page, steps)
    assert text.startswith("at most ")
    rate = numbers(text)[0]
    cells = [row(room, name) for name in ("cut", "cut, numbers permuted")]
    for one, shown in zip(scored, cells, strict=True):
        signal, left = Ranking.of(one).curve().signal_at(rate)
        assert numbers(shown[3])[0] == pytest.approx(signal, abs=6e-5)
        assert numbers(shown[2])[0] == left
        counts = replace(one, threshold=float(shown[0])).counts()
        assert counts.true_signal == pytest.approx(numbers(shown[1])[0], abs=1)
    assert cells[0][0] != cells[1][0]
    choice.select_option("the same threshold")
    assert row(room, "cut")[0] == "0.5"


def test_the_charts_show_where_the_slider_cuts(page: Page) -> None:
    room, _ = slid(page, 60)
    marks = room.locator("figure.roc .layer_4_marks path")
    expect(marks).to_have_count(9)
    before = marks.first.get_attribute("transform")
    slid(page, 62)
    expect(marks.first).not_to_have_attribute("transform", before or "")
    rules = room.locator("figure.scores .child_layer_2_marks line")
    expect(rules).to_have_count(9)
