"""`report.html` in a headless Chromium: it sorts by a click, and asks nobody for anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.report.blocks import Cell, Heading, Table, plain
from bench.report.html import html

BROWSER = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

TABLE = Table(
    "t",
    ["model", "AUC"],
    [
        [plain("b"), Cell("0.90 [0.8, 1.0]", 0.9)],
        [plain("a"), Cell("–")],
        [plain("d"), Cell("10.5", 10.5)],
        [plain("c"), Cell("9.00", 9.0)],
    ],
)
CLICK = """<script>
for (const [column, times] of {clicks}) for (let i = 0; i < times; i++)
  document.querySelectorAll("th")[column].click();
</script>"""


def opened(page: str, folder: Path) -> tuple[str, dict[str, object]]:
    """The page as the browser has it after its scripts, and the log of its network."""
    (folder / "page.html").write_text(page)
    log = folder / "net.json"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-quic"]
    command = [
        *(str(BROWSER), *flags, *quiet, f"--user-data-dir={folder / 'profile'}"),
        *(f"--log-net-log={log}", "--dump-dom", f"file://{folder / 'page.html'}"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return ran.stdout, json.loads(log.read_text())


def clicked(folder: Path, *clicks: tuple[int, int]) -> list[str]:
    page = html([Heading("Report", 1), TABLE], folder)
    script = CLICK.replace("{clicks}", json.dumps(clicks))
    page_after, _ = opened(page.replace("</body>", f"{script}</body>"), folder)
    return re.findall(r"<tr><td>(.)</td>", page_after)


@needs_browser
def test_a_click_sorts_and_another_turns_the_order(tmp_path: Path) -> None:
    assert clicked(tmp_path) == ["b", "a", "d", "c"]
    assert clicked(tmp_path, (1, 1)) == ["d", "c", "b", "a"]  # by number, the dash last
    assert clicked(tmp_path, (1, 2)) == ["b", "c", "d", "a"]  # the dash last again
    assert clicked(tmp_path, (0, 2)) == ["a", "b", "c", "d"]


@needs_browser
def test_the_committed_reports_open_and_ask_nobody(tmp_path: Path) -> None:
    pages = sorted(Path(__file__).parents[1].glob("reports/*/report.html"))
    assert pages
    for page in pages:
        content = page.read_text()
        opened_page, log = opened(content, tmp_path)
        assert opened_page.count("<tr>") == content.count("<tr>")
        assert not requests(log, "http")


@needs_browser
def test_the_log_would_show_a_request(tmp_path: Path) -> None:
    page = '<!doctype html><img src="http://127.0.0.1:9/x.png">'
    assert requests(opened(page, tmp_path)[1], "http://127.0.0.1:9")


@needs_browser
def test_the_page_forbids_itself_to_ask(tmp_path: Path) -> None:
    page = html([Heading("Report", 1)], tmp_path)
    evil = page.replace("</body>", '<img src="http://127.0.0.1:9/x.png"></body>')
    assert not requests(opened(evil, tmp_path)[1], "http://127.0.0.1:9")


def requests(log: dict[str, object], start: str) -> list[str]:
    """The addresses that the page asked for, without what the browser asks on its own."""
    kinds = log["constants"]["logEventTypes"]
    start_of_job = kinds["URL_REQUEST_START_JOB"]
    starts = [
        event["params"]
        for event in log["events"]
        if event["type"] == start_of_job and "url" in event.get("params", {})
    ]
    return [
        one["url"]
        for one in starts
        if one["url"].startswith(start) and one.get("initiator", "not an origin") != "not an origin"
    ]
