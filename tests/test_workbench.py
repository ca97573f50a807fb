"""The bench from Python: what a notebook does, and that it is what the command line does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from outside_scores import in_use
from own_classifier import Logistic, opened
from toys import Workplace

import bench
from bench.api.errors import RequestError
from bench.running.failures import RunFailedError
from bench.workbench.comparison import Comparison
from bench.workbench.events import Events
from bench.workbench.workbench import Workbench

HEAVY = {"pandas", "matplotlib", "scipy", "sklearn", "pyarrow", "click", "rich", "msgspec"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    opened(place).run("cut", "toy", ratio="1:10", seeds=2)
    return place


@pytest.fixture
def b(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return opened(in_use(made, tmp_path, monkeypatch))


@pytest.fixture(scope="module")
def ev(made: Workplace) -> Events:
    return opened(made).events("toy", ratio="1:10")


@pytest.fixture
def compared(b: Workbench, ev: Events) -> Comparison:
    b.score("mine", Logistic(), ev)
    return b.compare("cut", "mine")


def test_importing_the_bench_loads_nothing_heavy() -> None:
    code = (
        "import sys, numpy, pluggy; known = set(sys.modules); import bench; bench.open; "
        "print(*set(sys.modules) - known)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "bench.workbench.opening" in loaded
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    rooms = {name for name in loaded if name.startswith(("bench.report", "bench.running"))}
    workbench = {name for name in loaded if name.startswith("bench.workbench")}
    assert rooms | workbench == {"bench.workbench", "bench.workbench.opening"}


def test_the_bench_opens_on_a_folder_and_tells_nothing_if_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_WAIT_POLICY", "left after the test")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    for quiet in (False, True):
        opened_here = bench.open(tmp_path / "runs", quiet=quiet)
        assert "0 runs in" in repr(opened_here)
        opened_here.context.notice("something to know")
        assert capfd.readouterr().err == ("" if quiet else "something to know\n")
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_events_are_frames_with_units(ev: Events) -> None:
    assert ev.features == ["mass", "noise"]
    assert ev.train.attrs["units"] == {"mass": "GeV", "noise": "1"}
    assert ev.test.attrs["meanings"]["mass"] == "tells"
    assert ev.train[ev.features].attrs["units"]["mass"] == "GeV"
    assert set(ev.train["sample"]) == {"train"}
    assert "test: toy (twin) 1:10" in repr(ev)
    ids = [set(frame["event"]) for frame in (ev.train, ev.valid, ev.test)]
    assert ids[0] & ids[1] == ids[0] & ids[2] == ids[1] & ids[2] == set()


def test_events_are_those_that_a_run_is_evaluated_on(b: Workbench, ev: Events) -> None:
    (first, _) = b.runs("cut")
    assert sorted(ev.test["event"]) == sorted(first.events())
    assert sorted(ev.valid["event"]) == sorted(first.events("valid"))
    assert first.record.train == ev.samples.records["train"]
    other = b.events("toy", ratio="1:10", options={"shift": 1})
    assert other.test["mass"].mean() == pytest.approx(ev.test["mass"].mean() + 1, abs=1e-4)


def test_a_run_is_the_one_that_the_command_line_makes(b: Workbench) -> None:
    cut = b.run("cut", "toy", ratio="1:10", seeds=2)
    assert [run.name for run in cut] == [run.name for run in b.runs("cut")]
    assert cut.commands[1] == (
        "bench run --plugin cut --dataset toy --edition twin --ratio 1:10 --seed 1"
    )
    other = b.run("cut", "toy", ratio="1:10", options={"scale": 2, "breaks": False}, events=200)
    assert other.runs[0].record.request["options"] == {"scale": "2", "breaks": "false"}
    assert "| AUC " in str(other)
    assert "| seed 1 " in str(cut)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"ratoi": "1:10"}, "no 'ratoi'; did you mean ratio?"),
        ({"seeds": 0}, "wanted a number from 1 on"),
        ({"seeds": 2, "train_events": [100, 200]}, "only seeds are tried in turn"),
        ({"events": "many"}, "wanted a number of events"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(
    b: Workbench, said: dict[str, object], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        b.run("cut", "toy", **said)


def test_a_word_of_runs_says_nothing_of_events(b: Workbench) -> None:
    with pytest.raises(RequestError, match="permute is of a run"):
        b.events("toy", permute="numbers")


def test_a_run_that_breaks_is_recorded_and_raised(b: Workbench) -> None:
    with pytest.raises(RunFailedError, match="on purpose"):
        b.run("cut", "toy", options={"breaks": True}, allow=["B033"])
    assert [run.record.status for run in b.store.runs()].count("failed") == 1


def test_a_result_has_scores_and_figures(b: Workbench) -> None:
    cut = b.runs("cut")
    assert set(cut.scores["seed"]) == {0, 1}
    assert set(cut.scores["sample"]) == {"evaluated", "valid"}
    figures = cut.figures.set_index(["seed", "figure"])
    estimate = cut.runs[0].metrics().estimates["auc"]
    assert tuple(figures.loc[(0, "auc"), ["value", "low", "high"]]) == (
        estimate.value,
        estimate.low,
        estimate.high,
    )
    assert not len(cut.findings)


def test_a_comparison_says_what_the_command_says(compared: Comparison, b: Workbench) -> None:
    frame = compared.frame().set_index("model")
    assert list(frame["seeds"].loc[["cut", "mine"]]) == [2, 1]
    assert frame.loc["cut", "AUC low"] < frame.loc["cut", "AUC"] < frame.loc["cut", "AUC high"]
    pairs = compared.pairs().set_index("figure")
    assert list(pairs.index) == ["AUC", "max SIC"]
    first = compared.events.settings[0]
    assert pairs.loc["AUC", "first"] == first.title
    gap = frame["AUC"].max() - frame["AUC"].min()
    assert pairs.loc["AUC", "difference"] == pytest.approx(gap)
    assert ("a" == frame.loc["cut", "group"] == frame.loc["mine", "group"]) is bool(
        pairs.loc["AUC", "p_holm"] >= 0.05
    )
    shown = compared._repr_markdown_()
    assert "<details>" in shown
    assert "<details>" not in str(compared)
    assert "| cut " in shown
    assert "share a letter" in shown
    two = b.compare("mine", b.runs("cut").runs[0])
    assert str(two).startswith("first: mine, run ")
    assert "McNemar" in str(two)


def test_a_comparison_is_drawn_and_written(compared: Comparison, tmp_path: Path) -> None:
    roc, plain = compared.roc(ratio=True), compared.roc()
    assert (len(roc.axes), len(plain.axes), len(compared.sic().axes)) == (2, 1, 1)
    first, second = (line.get_ydata() for line in plain.axes[0].get_lines())
    ratio = roc.axes[1].get_lines()[1].get_ydata()
    known = np.isfinite(first) & np.isfinite(second) & (first != 0)
    assert known.sum() > 50
    assert np.allclose(ratio[known], (second / first)[known])
    assert len(compared.forest().axes) == 2
    assert roc._repr_png_().startswith(b"\x89PNG")
    roc.savefig(tmp_path / "roc.pdf")
    assert (tmp_path / "roc.pdf").read_bytes().startswith(b"%PDF")
    text = compared.latex(tmp_path / "t.tex", figures=["AUC", "max SIC"])
    assert (tmp_path / "t.tex").read_text() == text
    assert "max SIC over seeds" in text
    assert text.count("mine") == 1
    page = compared.report(tmp_path / "report").read_text()
    assert "| mine " in page
    assert "| max SIC " in page
    assert "max SIC, 25 events" not in page  # as nobody asked for the usual floor
    with pytest.raises(RequestError, match=r"no figure 'AUK'; did you mean AUC\?"):
        compared.frame(["AUK"])


def test_what_cannot_be_compared_is_refused(b: Workbench, ev: Events) -> None:
    b.score("mine", Logistic(), ev)
    other = b.run("cut", "toy", events=200)
    with pytest.raises(RequestError, match="not the same events"):
        b.compare("mine", other)
    with pytest.raises(RequestError, match="wanted two or more"):
        b.compare("mine")
    with pytest.raises(RequestError, match="wanted two or more"):
        b.compare()
    hard = ev.test.set_index("event")["label"]
    with pytest.raises(RequestError, match="there is nothing to rank by"):
        b.compare("mine", b.score("hard", hard, ev)).frame()
