"""`report.html` in a headless Chromium: it sorts by a click, fits, and asks nobody for anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.report.blocks import (
    Beside,
    Cell,
    Heading,
    Item,
    Items,
    Links,
    Picture,
    TableBlock,
    Text,
    plain,
)
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

TABLE = TableBlock(
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
    flags.append("--hide-scrollbars")
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


MEASURE = """<!doctype html><body style="margin:0"><iframe style="border:0"></iframe><pre></pre>
<script>
const frame = document.querySelector("iframe"), [width, height] = {size};
frame.width = width; frame.height = height;
frame.onload = () => {
  const page = frame.contentDocument, root = page.documentElement;
  const boxes = [...page.querySelectorAll(".beside > div")].map(d => d.getBoundingClientRect());
  const end = Math.max(0, ...boxes.map(box => box.bottom));
  const lefts = new Set(boxes.map(box => Math.round(box.left)));
  const measured = [root.scrollWidth, Math.round(end), lefts.size, boxes.length];
  document.querySelector("pre").textContent = JSON.stringify(measured);
};
frame.srcdoc = {page};
</script>"""


def measured(page: str, width: int, height: int, folder: Path) -> list[int]:
    """The page's width, where its first screen ends, its columns and their parts."""
    quoted = json.dumps(page).replace("</", "<\\/")
    outer = MEASURE.replace("{size}", json.dumps([width, height])).replace("{page}", quoted)
    seen, _ = opened(outer, folder)
    numbers: list[int] = json.loads(re.search(r"<pre>(\[.*?\])</pre>", seen)[1])
    return numbers


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


@needs_browser
def test_the_first_screen_fits_a_screen_and_is_one_column_on_a_phone(tmp_path: Path) -> None:
    page = first_page(tmp_path, 3)
    width, end, columns, parts = measured(page, 1280, 900, tmp_path)
    assert (width, columns, parts) == (1280, 2, 3)
    assert 700 < end <= 900
    width, _, columns, parts = measured(page, 400, 800, tmp_path)
    assert (width, columns, parts) == (400, 1, 3)
    assert measured(first_page(tmp_path, 9), 1280, 900, tmp_path)[1] > 900  # it can be too long


@needs_browser
def test_the_first_screens_of_the_committed_reports_fit(tmp_path: Path) -> None:
    for page in sorted(Path(__file__).parents[1].glob("reports/*/report.html")):
        width, end, _, parts = measured(page.read_text(), 1280, 900, tmp_path)
        assert (page.parent.name, width) == (page.parent.name, 1280)
        assert end <= 900
        assert parts
        assert measured(page.read_text(), 400, 800, tmp_path)[0] == 400


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
