"""A Chromium without a window, for tests of pages: the one on this machine, if there is one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from toys import Workplace

from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((path for name in NAMES if (path := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")
DRAWN = "html[data-drawn]"
"""Is there when all charts of a page are."""
SIZES = {1280: 900, 400: 800}
"""A screen and a phone, by their widths."""
COPIES = 7


@contextmanager
def started() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM)
        yield browser
        browser.close()


def opened(browser: Browser, address: str, width: int = 1280, **options: object) -> Page:
    """A page of its own, with all its charts, at a size; an error of its scripts is one here."""
    size = {"width": width, "height": SIZES[width]}
    page = browser.new_page(viewport=size, **options)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(address)
    if options.get("java_script_enabled", True) and page.locator("section.charts").count():
        page.wait_for_selector(DRAWN, state="attached")
    assert errors == []
    return page


def toy_runs(folder: Path) -> list[Run]:
    """Nine models of two families on one sample, and two of them on another."""
    place = Workplace.at(folder)
    base = RunRequest(plugin="cut", dataset="toy")
    few = {"ratio": "1:10", "events": 220}
    requests = [base, replace(base, permute="numbers")]
    requests += [replace(one, **few) for one in requests]
    runs = [run(r, place.registry, place.home, place.store, place.context)[0] for r in requests]
    return [*runs, *(_copy(runs[number % 2], number) for number in range(COPIES))]


def _copy(one: Run, number: int) -> Run:
    """The same scores by another model of another package."""
    request = {**one.record.request, "options": {"n": str(number)}}
    model = replace(one.record.model, distribution="bench-other")
    record = replace(one.record, request=request, model=model, scores=f"scores {number}")
    return replace(one, record=record)


def toy_report(folder: Path) -> Path:
    """The page of those runs."""
    return write_report(toy_runs(folder / "place"), folder / "report").with_suffix(".html")
