"""Events and scores of fits without truth, and of a region, for other tools and for notebooks."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from outside_scores import import_scores, in_use, newest, with_a_run
from own_classifier import Logistic, opened
from toys import Workplace, events

from bench.api.errors import InputError, RequestError
from bench.cli.data.export import export
from bench.report.event_sets import event_sets
from bench.running.pipeline import run
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

REGION = "mass=0:2"
ASKED: dict[str, Any] = {"region": REGION, "labels": "data", "inject": 60, "seed": 1}
WEAK = RunRequest(plugin="cut", dataset="toy", **ASKED)
WORDS = shlex.split("--region mass=0:2 --labels data --inject 60 --seed 1")
DATA = ("--labels", "data")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


def do(place: Workplace, request: RunRequest = WEAK) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def exported(place: Workplace, *words: str) -> tuple[Path, pd.DataFrame]:
    file = place.store.root.parent / "events.parquet"
    arguments = ["toy", "-o", str(file), *words]
    ran = CliRunner().invoke(export, arguments, catch_exceptions=False, standalone_mode=False)
    assert not ran.exit_code
    return file, pd.read_parquet(file)


def scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Of another model, which reads both features."""
    evaluated = frame[frame["sample"] == "evaluated"]
    score = Logistic().predict_proba(evaluated[["mass", "noise"]])[:, 1]
    return pd.DataFrame({"event": evaluated["event"].to_numpy(), "score": score})


def split(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["sample"] == name]


def test_events_without_truth_are_those_that_a_run_fits_on(place: Workplace) -> None:
    weak, done = opened(place).events("toy", **ASKED), do(place)
    _, frame = exported(place, *WORDS)
    for given in (weak.valid, split(frame, "valid")):
        assert np.array_equal(given.sort_values("event")["label"], done.scored("valid").y)
    assert weak.samples.records["train"] == done.record.train
    assert int(weak.train["label"].sum()) == done.record.train.data
    assert np.array_equal(np.sort(weak.test["event"]), np.sort(done.events()))
    assert np.array_equal(weak.test["label"], done.scored().y)
    assert sorted(split(frame, "train")["event"]) == sorted(weak.train["event"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": "truth"}, "seed is of a run"),
        ({"labels": "truth", "seed": None}, "--inject is of --labels data"),
        ({"labels": "shuffled", "seed": None, "inject": None}, "shuffled is a control of a run"),
        ({"region": None}, "no --region"),
        ({"inject": None}, "no --inject"),
        ({"inject": 50_000}, "--inject 50000: "),
        ({"sidebands": "-1:3"}, "--sidebands is of --against"),
        ({"labels": "dada", "seed": None}, "no 'dada'; did you mean data"),
    ],
)
def test_events_that_no_fit_can_have_are_refused(
    place: Workplace, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        opened(place).events("toy", **{**ASKED, **change})


def test_a_classifier_of_ones_own_that_saw_no_truth_stands_in_its_setting(
    place: Workplace,
) -> None:
    b = opened(place)
    done = b.score("mine", Logistic(), b.events("toy", **ASKED), seed=1).runs[0]
    assert done.record.weak
    assert done.record.setting == "mine, labels data, region mass=0:2, inject 60"
    guards = {verdict.code: verdict for verdict in done.record.verdicts}
    assert guards["B062"].skipped
    assert not guards["B069"].skipped
    both = b.score("mine", Logistic(), b.events("toy", region=REGION)).runs[0]
    assert not both.record.weak
    assert both.record.setting == "mine, region mass=0:2"
    assert len(event_sets([done, both])[0].settings) == 2


def test_scores_of_a_region_are_the_sample_that_they_are(place: Workplace) -> None:
    own = do(place, RunRequest(plugin="cut", dataset="toy", region=REGION))
    _, frame = exported(place, "--region", REGION)
    assert not import_scores(place, scores(frame), "theirs", "--region", "mass=0:2.0").exit_code
    sample = newest(place).record.sample
    assert (sample.split, sample.ratio, sample.region) == ("test", "natural", REGION)
    assert sample.natural == own.record.sample.natural
    assert newest(place).record.setting == "theirs, region mass=0:2"
    assert "--region mass=0:2" in command_of(newest(place).record)
    with pytest.raises(InputError, match=r"\d+ of \d+ events are not in --region mass=0:1"):
        import_scores(place, scores(frame), "others", "--region", "mass=0:1")
    with pytest.raises(RequestError, match="no column 'mas'"):
        import_scores(place, scores(frame), "others", "--region", "mas=0:1")


@pytest.mark.parametrize("against", ["region", "sidebands"])
def test_scores_of_a_fit_without_truth_are_shown_as_such(place: Workplace, against: str) -> None:
    wide = ("--sidebands", "-1.5:3") if against == "sidebands" else ()
    file, frame = exported(place, *WORDS, "--against", against, *wide)
    words = ("--trained-on", str(file), "--region", REGION, *DATA, *wide)
    assert not import_scores(place, scores(frame), "theirs", *words).exit_code
    record = newest(place).record
    assert record.weak
    edges = "=-1.5:3" if wide else ""
    assert record.train.ratio == record.valid.ratio == f"data:{against}{edges}"
    table = events(4000, 1)
    truth = dict(zip(table.ids.tolist(), table.y.tolist(), strict=True))
    signal = split(frame, "train").query("label == 1")["event"].map(truth).sum()
    assert record.train.injected == signal
    assert record.request["inject"] == record.train.injected + record.valid.injected == 60
    assert " ".join(words[2:]) in command_of(record)
    ours = exported(place, *WORDS, "--against", against, *wide)
    assert record.train.data == split(ours[1], "train")["label"].sum()


@pytest.mark.parametrize(
    ("change", "words", "message"),
    [
        ("", (*DATA, "--trained-on", "F"), "--labels data: no --region"),
        ("", (*DATA, "--region", REGION), "--labels data: no --trained-on"),
        ("", ("--sidebands", "-1:3", "--trained-on", "F"), "--sidebands is of --labels data"),
        ("unlabelled", (), "no column 'label'"),
        ("odd", (), "of the labels|labels are neither 0 nor 1"),
        ("one class", (), "wanted data, labelled 1, and a reference"),
        ("elsewhere", (), r"\d+ of \d+ data are not in mass=0.5:2"),
        ("narrow", (), r"reference events are not in the sidebands -0.1 to 0 and 2 to 2.1"),
    ],
)
def test_what_says_nothing_of_labels_is_refused(
    place: Workplace, change: str, words: tuple[str, ...], message: str
) -> None:
    file, frame = exported(place, *WORDS, "--against", "sidebands")
    options = [str(file) if word == "F" else word for word in words]
    region = "mass=0.5:2" if change == "elsewhere" else REGION
    options = options or [*DATA, "--trained-on", str(file), "--region", region]
    options += ["--sidebands", "-0.1:2.1"] if change == "narrow" else []
    evaluated = scores(frame)
    if change == "elsewhere":
        mass = frame.set_index("event")["mass"].loc[evaluated["event"]].to_numpy()
        evaluated = evaluated[mass >= 0.5]
    changed = {
        "unlabelled": frame.drop(columns="label"),
        "odd": frame.assign(label=2),
        "one class": frame.assign(label=0),
    }
    changed.get(change, frame).to_parquet(file)
    with pytest.raises((InputError, RequestError), match=message):
        import_scores(place, evaluated, "theirs", *options)
    assert not [one for one in place.store.runs() if one.record.plugin == "theirs"]
