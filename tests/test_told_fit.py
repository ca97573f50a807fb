"""Imports that tell of their model's fit: valid scores, events trained on, and what events are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from outside_scores import in_use, newest
from toys import Workplace

from bench.api.errors import InputError, RequestError
from bench.cli.data.group import command as data
from bench.cli.outside import command as bring
from bench.comparison.comparable import demand_comparable
from bench.data.used_events import UsedEvents
from bench.report.validation import validations
from bench.running.pipeline import run
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

TENTH = RunRequest(plugin="cut", dataset="toy", ratio="1:10", events=330)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    run(TENTH, place.registry, place.home, place.store, place.context)
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(tmp_path)
    return in_use(made, tmp_path, monkeypatch)


@pytest.fixture
def exported(place: Workplace) -> pd.DataFrame:
    """What `bench data export` writes, and a score of each event."""
    words = ["export", "toy", "--ratio", "1:10", "--events", "330", "-o", "toy.parquet"]
    CliRunner().invoke(data, words, catch_exceptions=False)
    frame = pd.read_parquet("toy.parquet")
    return frame.assign(score=1 / (1 + np.exp(-1.4 * (frame["mass"] - 1))))


def imported(*words: str) -> tuple[str, str]:
    """What an import of theirs prints, and what it says beside."""
    line = [*words, "--model", "theirs", "--dataset", "toy"]
    said = CliRunner().invoke(bring, line, catch_exceptions=False, standalone_mode=False)
    return said.stdout, said.stderr


def test_a_file_of_all_samples_brings_the_valid_scores_too(
    place: Workplace, exported: pd.DataFrame
) -> None:
    exported[["event", "sample", "score"]].to_csv("scores.csv", index=False)
    printed, said = imported("scores.csv")
    theirs = newest(place)
    counts = exported["sample"].value_counts()
    assert "330 scored events: 0 of the train split, 0 of the valid split, 330 of the" in said
    assert f"{counts['valid']} events used to stop and choose" in said
    assert "not known: the train sample\n" in printed
    assert sorted(theirs.events("valid")) == sorted(exported[exported["sample"] == "valid"].event)
    valid, record = theirs.scored("valid"), theirs.record
    of = dict(zip(exported["event"], exported["score"], strict=True))
    assert valid.score == pytest.approx([of[event] for event in theirs.events("valid")])
    assert (record.valid.split, record.valid.ratio) == ("valid", "1:1")
    (judged,) = validations(list(place.store.runs()))
    assert {one.plugin for one in judged.candidates} == {"cut", "theirs"}
    assert "B064" in {v.code for v in record.verdicts if not v.skipped}


def test_they_are_called_as_the_sample_that_they_are_and_stand_beside_a_run_on_it(
    place: Workplace, exported: pd.DataFrame
) -> None:
    exported[exported["sample"] == "evaluated"].to_csv("scores.csv", index=False)
    printed, _ = imported("scores.csv")
    assert printed.startswith("theirs on toy (twin), test split, 1:10 @330\n")
    own, theirs = place.store.runs()
    assert theirs.record.sample == own.record.sample
    demand_comparable(own, theirs)


@pytest.mark.parametrize("ratio", ["1:1", "3:1", "1:20", "natural", "all-signal"])
def test_every_sample_that_the_bench_draws_is_known_again(place: Workplace, ratio: str) -> None:
    request = RunRequest(plugin="cut", dataset="toy", ratio=ratio, events=200)
    own, _ = run(request, place.registry, place.home, place.store, place.context)
    score = np.clip(own.scored().score + 0.001, 0, 1)
    pd.DataFrame({"event": own.events(), "score": score}).to_csv("scores.csv", index=False)
    imported("scores.csv")
    theirs = newest(place)
    assert theirs.record.sample.size == own.record.sample.size or ratio == "1:1"
    assert theirs.scored().weights.tolist() == own.scored().weights.tolist()
    assert theirs.record.sample.fingerprint == own.record.sample.fingerprint


def test_a_selection_of_ones_own_is_called_as_given(
    place: Workplace, exported: pd.DataFrame
) -> None:
    evaluated = exported[exported["sample"] == "evaluated"]
    evaluated.sample(200, random_state=1).to_csv("scores.csv", index=False)
    imported("scores.csv")
    assert newest(place).record.sample.size == "as given @200"


def test_valid_scores_and_trained_events_come_in_files_of_their_own(
    place: Workplace, exported: pd.DataFrame
) -> None:
    for name, lines in exported.groupby("sample"):
        lines[["event", "score"]].to_csv(f"{name}.csv", index=False)
    words = ["evaluated.csv", "--valid", "valid.csv", "--trained-on", "train.csv"]
    printed, said = imported(*words)
    theirs = newest(place)
    used = UsedEvents.read(theirs.folder)
    train = exported[exported["sample"] == "train"]["event"]
    assert sorted(used.trained) == sorted(train)
    assert f"{len(train)} events trained on" in said
    assert "its train sample and valid scores are known" in printed
    assert theirs.record.outside.lacks == []
    assert theirs.record.train.drawn == "toy (twin) 1:1 @" + str(len(train))
    assert {"B001", "B064"} <= {v.code for v in theirs.record.verdicts if not v.skipped}
    assert command_of(theirs.record).endswith("--valid valid.csv --trained-on train.csv")
    imported(*words)
    assert len(list(place.store.runs())) == 2  # brought once


def test_an_export_says_itself_which_events_were_trained_on(
    place: Workplace, exported: pd.DataFrame
) -> None:
    exported[exported["sample"] == "evaluated"].to_csv("scores.csv", index=False)
    printed, _ = imported("scores.csv", "--trained-on", "toy.parquet")
    record = newest(place).record
    assert "not known: scores of a valid split" in printed
    assert (record.train.split, record.valid.split) == ("train", "valid")


def test_evaluated_events_that_were_trained_on_void_the_import(
    place: Workplace, exported: pd.DataFrame
) -> None:
    exported[exported["sample"] == "evaluated"].to_csv("scores.csv", index=False)
    exported.drop(columns="sample").to_csv("all.csv", index=False)
    _, said = imported("scores.csv", "--trained-on", "all.csv")
    record = newest(place).record
    assert record.status == "void"
    assert "B001 trained-on" in record.error
    assert "is void; `bench doctor" in said


def test_what_makes_no_sense_is_refused(place: Workplace, exported: pd.DataFrame) -> None:
    exported.to_csv("scores.csv", index=False)
    with pytest.raises(RequestError, match="scores of the valid split itself, beside --valid"):
        imported("scores.csv", "--valid", "scores.csv")
    exported.assign(sample="tested").to_csv("tested.csv", index=False)
    with pytest.raises(InputError, match="sample 'tested'; wanted one of evaluated, valid, train"):
        imported("tested.csv")
    exported[exported["sample"] == "valid"].to_csv("valid.csv", index=False)
    with pytest.raises(InputError, match="no line whose sample is evaluated"):
        imported("valid.csv")
    exported.assign(event=exported["event"] + 1).to_csv("strange.csv", index=False)
    with pytest.raises(InputError, match="events are not the dataset's"):
        imported("scores.csv", "--trained-on", "strange.csv")
    Path("counts.csv").write_text(
        "model,dataset,true_signal,signal,true_background,background\na,rd,1,6,1,2\n"
    )
    with pytest.raises(RequestError, match="of counts no event is known"):
        CliRunner().invoke(bring, ["counts.csv", "--valid", "valid.csv"], catch_exceptions=False)
    assert len([r for r in place.store.runs() if isinstance(r, Run)]) == 1
