"""Those who wait for `make test` are told how long it may take."""

from __future__ import annotations

from duration import MOST, remark


def test_a_suite_in_time_is_told_its_time_alone() -> None:
    assert remark(MOST / 2) == "6.0 minutes of the 12 that `make test` may take"


def test_a_suite_that_takes_too_long_is_told_what_to_do() -> None:
    assert "mark what takes longest as slow" in remark(MOST + 1)
