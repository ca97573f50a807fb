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
