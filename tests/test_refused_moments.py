"""Moments of commands at which a refusal of the machine was told wrongly, one test each."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys import Workplace
from typed import typed


def test_a_report_that_is_written_is_shown_without_reading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.report.page.write_and_show", lambda *_: "# Comparison of 1 runs\n")
    ended = typed(Workplace.at(tmp_path / "place"), "report", "-o", str(tmp_path / "out"))
    assert ended.code == 0
    assert "# Comparison of 1 runs" in ended.out
