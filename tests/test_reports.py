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


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of the first table under each heading of level 2."""
    by_heading: dict[str, list[list[str]]] = {}
    for section in page.split("\n## ")[1:]:
        title, _, rest = section.partition("\n")
        lines = rest.partition("\n|")[2].partition("\n\n")[0].splitlines()
        by_heading[title] = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines
        ]
    return by_heading


ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "explanation" / "results.md"


def rows_of_the_report(text: str) -> dict[str, list[str]]:
    """AUC, max SIC and its band over seeds of each model, on `rd` 1:10 and on black box 1."""
    report = tables(text)
    rows: dict[str, list[str]] = {}
    for title in ("rd (twin), test 1:10", "blackbox1 (twin)"):
        (section,) = [lines for name, lines in report.items() if name.startswith(title)]
        for model, _, auc, _, sic, seeds, _ in section[2:]:
            rows.setdefault(model, []).extend([auc, sic, seeds])
    return rows


def test_the_main_table_of_the_documents_is_the_reports() -> None:
    report = (ROOT / "reports" / "baselines" / "report.md").read_text()
    _, _, *rows = tables(RESULTS.read_text())["Figures"]
    assert {model: cells for model, *cells in rows} == rows_of_the_report(report)
    assert len(rows) == 18


def test_the_six_rows_of_the_readme_are_the_reports_of_now_and_of_the_commit_it_names() -> None:
    page = (ROOT / "README.md").read_text()
    _, _, *rows = tables(page)["Results"]
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
