"""What `make test` promises: its time, and that CI does the same and no more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from duration import MOST, remark


def test_a_suite_in_time_is_told_its_time_alone() -> None:
    assert remark(MOST / 2) == "6.0 minutes of the 12 that `make test` may take"


def test_a_suite_that_takes_too_long_is_told_what_to_do() -> None:
    assert "mark what takes longest as slow" in remark(MOST + 1)


@pytest.mark.parametrize(
    ("script", "targets"), [("run", ["lint", "test"]), ("nightly", ["lint", "test", "test-slow"])]
)
def test_ci_does_what_a_newcomer_types(script: str, targets: list[str]) -> None:
    file = Path(__file__).parents[1] / ".ci" / script
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    setting = ["set -euo pipefail", 'cd "$(dirname "$0")/.."']
    assert lines == [*setting, *(f"make {target}" for target in targets)]
    assert os.access(file, os.X_OK)
