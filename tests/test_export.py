"""The events of a run for another tool, and its scores back again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.api.errors import RequestError
from bench.cli.data.group import command
from bench.cli.outside import command as bring
from bench.comparison.table import compare
from bench.running.pipeline import run
from bench.storage.request import RunRequest


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


def exported(file: Path, *options: str) -> pd.DataFrame:
    words = ["export", "toy", "-o", str(file), *options]
    ran = CliRunner().invoke(command, words, catch_exceptions=False)
    assert "evaluated: " in ran.output
    return pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)


def test_another_tool_is_compared_on_the_events_that_were_exported(
    place: Workplace, tmp_path: Path
) -> None:
    own, _ = run(
        RunRequest(plugin="cut", dataset="toy"),
        place.registry,
        place.home,
        place.store,
        place.context,
    )
    frame = exported(tmp_path / "toy.parquet")
    assert set(frame["sample"]) == {"train", "valid", "evaluated"}
    theirs = frame[frame["sample"] == "evaluated"]
    assert sorted(theirs["event"]) == sorted(own.events())
    scores = pd.DataFrame({"event": theirs["event"], "score": 1 / (1 + np.exp(-theirs["noise"]))})
    scores.to_csv(tmp_path / "scores.csv", index=False)
    words = [str(tmp_path / "scores.csv"), "--model", "theirs", "--dataset", "toy"]
    CliRunner().invoke(bring, [*words, "--runs", str(place.store.root)], catch_exceptions=False)
    other = next(r for r in place.store.runs() if r.record.plugin == "theirs")
    assert "AUC: the first is better" in compare(own, other)


def test_the_place_of_an_event_is_that_in_its_file(place: Workplace, tmp_path: Path) -> None:
    frame = exported(tmp_path / "toy.csv", "--ratio", "1:10", "--events", "220")
    toy = place.registry.entries[next(k for k, v in place.registry.entries.items() if "toy" in v)][
        "toy"
    ]
    part = toy.part()
    whole = part.table(part.open(None, None, place.context), place.context)
    assert (whole.ids[frame["index"]] == frame["event"].astype("uint64")).all()
    assert (whole.y[frame["index"]] == frame["label"]).all()
    assert (frame["sample"] == "evaluated").sum() == 220


@pytest.mark.parametrize("name", ["toy.h5", "nowhere/toy.csv"])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(
    place: Workplace, tmp_path: Path, name: str
) -> None:
    with pytest.raises(RequestError, match=r"wanted a name|no folder"):
        exported(tmp_path / name)
    assert not place.home.tables.exists()
