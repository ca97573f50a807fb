"""The committed reports are what the runs packed beside them give."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report.check import find_reports, out_of_step

REPORTS = find_reports(Path(__file__).parents[1] / "reports")


def test_there_are_reports() -> None:
    assert REPORTS


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_a_committed_report_is_in_step(folder: Path) -> None:
    assert out_of_step(folder) == []


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of the first table under each heading of level 2."""
    found: dict[str, list[list[str]]] = {}
    for section in page.split("\n## ")[1:]:
        title, _, rest = section.partition("\n")
        lines = rest.partition("\n|")[2].partition("\n\n")[0].splitlines()
        found[title] = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return found


def test_the_main_table_of_the_readme_is_the_reports() -> None:
    root = Path(__file__).parents[1]
    report = tables((root / "reports" / "baselines" / "report.md").read_text())
    _, _, *rows = tables((root / "README.md").read_text())["Figures"]
    wanted = {}
    for title in ("rd (twin), test 1:10", "blackbox1 (twin)"):
        (section,) = [found for name, found in report.items() if name.startswith(f"{title} ")] or [
            found for name, found in report.items() if name.startswith(title)
        ]
        for model, _, auc, _, sic, seeds, _ in section[2:]:
            wanted.setdefault(model, []).extend([auc, sic, seeds])
    assert {model: cells for model, *cells in rows} == wanted
    assert len(rows) == 18
