"""What commands work in: how many workers there may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.api.errors import RequestError
from bench.cli.surroundings import JOBS, context
from bench.storage.home import Home


def test_the_environment_says_how_many_workers_there_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    for said in (None, ""):
        monkeypatch.delenv(JOBS, raising=False)
        if said is not None:
            monkeypatch.setenv(JOBS, said)
        assert context(home).jobs >= 1
    monkeypatch.setenv(JOBS, "3")
    assert context(home).jobs == 3
    for wrong in ("0", "-1", "1.5", "many", "\N{SUPERSCRIPT TWO}"):
        monkeypatch.setenv(JOBS, wrong)
        with pytest.raises(RequestError, match=f"BENCH_JOBS={wrong}: wanted a positive whole"):
            context(home)
