"""The committed reports are what the runs packed beside them give."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.metrics.curve import Ranking
from bench.plugins.registry import load_registry
from bench.report.rejudge import rejudge
from bench.report.up_to_date import find_reports, out_of_step
from bench.running.judging import Judges
from bench.storage.archive import unpack
from bench.storage.store import Store

REPORTS = find_reports(Path(__file__).parents[1] / "reports")


def test_there_are_reports() -> None:
    assert REPORTS


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_committed_report_is_in_step(folder: Path) -> None:
    assert out_of_step(folder) == []


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_committed_report_says_where_a_maximum_stands_at_the_floor(
    folder: Path, tmp_path: Path
) -> None:
    wrong = []
    for run in unpack(folder, Store(tmp_path)):
        if run.record.status != "ok" or run.record.bare:
            continue
        curve = Ranking.of(run.scored()).curve()
        says = "at the floor" in run.metrics().estimates["max_sic"].note
        if says != curve.at_floor(curve.best_sic()[1]):
            wrong.append(run.name)
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_committed_report_says_what_the_metrics_of_now_say(folder: Path, tmp_path: Path) -> None:
    judges = Judges.of(load_registry())
    changed, runs = rejudge(shutil.copytree(folder, tmp_path / folder.name), judges)
    assert (changed, runs > 0) == (0, True)


def tables(page: str) -> dict[str, list[list[dict[str, str]]]]:
    """The tables under each heading of level 2: a row is its cells by their headings."""
    by_heading: dict[str, list[list[dict[str, str]]]] = {}
    for section in page.split("\n## ")[1:]:
        title, _, rest = section.partition("\n")
        by_heading[title] = []
        for lines in re.findall(r"(?:^\|.*\n)+", f"{rest}\n", re.MULTILINE):
            cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines.splitlines()]
            names, _, *rows = cells
            by_heading[title].append([dict(zip(names, row, strict=True)) for row in rows])
    return by_heading


ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "explanation" / "results.md"


SECTIONS = (
    ("rd (simulated), test split", "(1:10)"),
    ("blackbox1 (simulated), all", "weighted back"),
    ("rd (twin), test 1:10", ""),  # as the report was laid out at first
    ("blackbox1 (twin)", ""),
)


def rows_of_the_report(text: str) -> dict[str, list[str]]:
    """AUC, max SIC and its band over seeds of each model, on `rd` 1:10 and on black box 1."""
    rows: dict[str, list[str]] = {}
    for begin, end in SECTIONS:
        for title, every in tables(text).items():
            if not (title.startswith(begin) and title.endswith(end)):
                continue
            seeds = next(rows for rows in every if "max SIC over seeds" in rows[0])
            bands = {row["model"]: row["max SIC over seeds"] for row in seeds}
            for row in every[0]:
                figures = [row["AUC"], row["max SIC"], bands[row["model"]]]
                rows.setdefault(row["model"], []).extend(figures)
    return rows


def rows_of(title: str, page: str) -> list[list[str]]:
    """The cells of the first table under a heading of a document, in their order."""
    section = page.partition(f"\n## {title}\n")[2].partition("\n|")[2].partition("\n\n")[0]
    lines = [[c.strip() for c in line.strip("|").split("|")] for line in section.splitlines()]
    return lines[2:]


def test_the_main_table_of_the_documents_is_the_reports() -> None:
    report = (ROOT / "reports" / "baselines" / "report.md").read_text()
    rows = rows_of("Figures", RESULTS.read_text())
    assert {model: cells for model, *cells in rows} == rows_of_the_report(report)
    assert len(rows) == 18


def test_the_six_rows_of_the_readme_are_the_reports_of_now_and_of_the_commit_it_names() -> None:
    page = (ROOT / "README.md").read_text()
    rows = rows_of("Results", page)
    assert len(rows) == 6
    date, commit = re.search(r"Made on (\S+) at commit `(\w+)`", page).groups()
    assert f"Made on {date} at commit `{commit}`" in RESULTS.read_text()
    file = "reports/baselines/report.md"
    shown = run_git("show", f"{commit}:{file}")
    assert run_git("log", "-1", "--format=%cs", commit).strip() == date
    for report in ((ROOT / file).read_text(), shown):
        figures = rows_of_the_report(report)
        for model, *cells in rows:
            auc, sic, _, other_auc, other_sic, _ = figures[model]
            assert cells == [auc, sic, other_auc, other_sic]


def run_git(*words: str) -> str:
    """What git prints here."""
    command = ["git", *words]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
