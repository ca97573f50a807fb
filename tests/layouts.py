"""Small exports of a twin in other tools' layouts, for tests of what those tools make of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from documented import HOUSE, blocks

from bench.cli.data.group import command as data
from bench.cli.outside import command as bring
from bench.storage.store import Run, Store

SIZES = ("--train-events", "160", "--valid-events", "60", "--events", "120")


def exported(home: Path, folder: Path, layout: str, *words: str) -> Path:
    """A folder that `bench data export` wrote of the twin of `rd` in a home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_HOME", str(home))
        call = ["export", "rd", "--layout", layout, "-o", str(folder), *SIZES, *words]
        ran = CliRunner().invoke(data, call, catch_exceptions=False, standalone_mode=False)
    assert "test 1:1 @120" in ran.output
    return folder


def features(home: Path, folder: Path) -> pd.DataFrame:
    """The features of the same events, by event."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_HOME", str(home))
        call = ["export", "rd", "-o", str(folder / "rd.parquet"), *SIZES]
        CliRunner().invoke(data, call, catch_exceptions=False, standalone_mode=False)
    return pd.read_parquet(folder / "rd.parquet").set_index("event")


def rows_of(folder: Path, role: str = "evaluated") -> pd.DataFrame:
    """Which event is in which row of the files of a role."""
    events = pq.read_table(folder / "events.parquet").to_pandas()
    return events[events["sample"] == role]


def brought(home: Path, folder: Path, file: Path, *words: str) -> Result:
    """`bench import` of a file of scores, into runs in this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_HOME", str(home))
        runs = ["--runs", str(folder / "runs")]
        call = [str(file), "--model", "theirs", "--dataset", "rd", *runs, *words]
        return CliRunner().invoke(bring, call, standalone_mode=False)


def scores_of(folder: Path) -> pd.Series:
    """The scores of the one run that was brought, by event."""
    (run,) = Store(folder / "runs").runs()
    return by_event(run)


def by_event(run: Run) -> pd.Series:
    """The scores of a run, by event."""
    return pd.Series(run.scored().score, index=np.asarray(run.events()))


def block(word: str) -> str:
    """The Python of the page on other tools in which a word stands."""
    page = HOUSE / "docs" / "howto" / "other-tools.md"
    (code,) = (b.content for b in blocks(page) if b.language == "python" and word in b.content)
    return code
