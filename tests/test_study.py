"""A study: what its file may say, and that all its runs are done and reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.errors import RequestError
from bench.cli.study import command
from bench.running.study import read_study
from bench.running.study_file import INJECT, SEEDS, TRAIN_EVENTS, VARY
from bench.storage.request import LOOK

GOOD = """
title = "Two cuts"
[defaults]
dataset = "toy"
[[runs]]
plugin = "cut"
seeds = [0, 1]
[[runs]]
plugin = "cut"
train_ratio = "1:3"
threshold = 0.7
set = { scale = 2.0, breaks = true }
allow = ["B033"]
"""


def write(folder: Path, content: str) -> Path:
    file = folder / "study.toml"
    file.write_text(content)
    return file


def test_a_study_names_its_runs(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, GOOD))
    assert study.title == "Two cuts"
    assert [(r.plugin, r.dataset, r.seed) for r in study.runs] == [
        *(("cut", "toy", 0), ("cut", "toy", 1), ("cut", "toy", 0))
    ]
    assert [r.threshold for r in study.runs] == ["0.5", "0.5", "0.7"]
    assert study.runs[2].options == {"scale": "2.0", "breaks": "true"}


def test_a_study_asks_for_all_events(tmp_path: Path) -> None:
    sizes = 'train_events = "all"\nevents = "ALL"'
    (request,) = read_study(write(tmp_path, f'[[runs]]\nplugin="cut"\ndataset="toy"\n{sizes}')).runs
    assert (request.train_events, request.events) == ("all", "all")


def test_each_seed_is_done_at_each_number_of_train_events(tmp_path: Path) -> None:
    content = """
    [defaults]
    dataset = "toy"
    train_events = [300, "all"]
    seeds = [0, 1]
    [[runs]]
    plugin = "cut"
    [[runs]]
    plugin = "linear"
    train_events = 50
    seed = 7
    """
    runs = [(r.plugin, r.train_events, r.seed) for r in read_study(write(tmp_path, content)).runs]
    assert runs == [
        *(("cut", 300, 0), ("cut", 300, 1), ("cut", "all", 0), ("cut", "all", 1)),
        ("linear", 50, 7),
    ]


def test_options_are_varied_in_every_combination(tmp_path: Path) -> None:
    content = """
    [defaults]
    dataset = "toy"
    set = { breaks = false }
    vary = { scale = [1, 0.5], evaluated = { shift = ["0", "1"] } }
    [[runs]]
    plugin = "cut"
    seeds = [0, 1]
    [[runs]]
    plugin = "linear"
    vary = {}
    """
    runs = read_study(write(tmp_path, content)).runs
    assert [(run.plugin, run.seed) for run in runs] == [
        *(("cut", 0), ("cut", 1)) * 4,
        ("linear", 0),
    ]
    assert [run.options for run in runs[::2]] == [
        *(
            {"breaks": "false", "scale": scale, "evaluated.shift": shift}
            for scale in ("1", "0.5")
            for shift in ("0", "1")
        ),
        {"breaks": "false"},
    ]


RUN = '[[runs]]\nplugin = "cut"\ndataset = "toy"\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("train_events = []", "run 1: train_events: an empty list; wanted at least one"),
        ("train_events = [300, 1000, 300]", "run 1: train_events: 300 is there twice"),
        ('train_events = ["all", "ALL"]', "run 1: train_events: all is there twice"),
        ('train_events = [300, "many"]', "run 1: train_events: 'many': wanted a number of events"),
        ("train_events = [300, 0]", "run 1: train_events: '0': wanted a number of events"),
        ("train_events = [300, 1.5]", r"run 1, train_events\[1\]: wanted .*, got a number"),
        ("train_events = [[300]]", r"run 1, train_events\[0\]: wanted .*, got a list"),
        ("seeds = []", "run 1: seeds: an empty list; wanted at least one"),
        ("seeds = [0, 0]", "run 1: seeds: 0 is there twice"),
        ("seeds = [0]\nseed = 1", r"run 1: wanted seed = 0 or seeds = \[0, 1, 2\], not both"),
        ("vary = { scale = [] }", "run 1, vary, scale: an empty list; wanted at least one"),
        ("vary = { scale = [1, 1] }", "run 1, vary, scale: 1 is there twice"),
        ("vary = { scale = 1 }", "run 1, vary, scale: wanted a list of what is tried in turn"),
        ("vary = 3", "run 1, vary: wanted a table"),
        ("vary = { scale = [1] }\nset = { scale = 2 }", "run 1, vary: option 'scale' is set as"),
        *(
            (
                f"{key} = [1, 2]",
                f"run 1, {key}: .*got a list; only seeds, train_events, inject and look",
            )
            for key in ("seed", "events", "valid_events", "ratio")
        ),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_study(write(tmp_path, f"{RUN}{content}\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title = ", "not TOML"),
        ("runs = []", "no runs"),
        ("titel = 1", "did you mean title"),
        ('[[runs]]\nplugn = "cut"', "run 1: no key 'plugn'; did you mean plugin"),
        ('[[runs]]\nplugin = "cut"', "run 1: .*dataset"),
        ('[[runs]]\nplugin = "cut"\ndataset = "toy"\nevents = "x"', "run 1: events: 'x': wanted a"),
        (
            '[[runs]]\nplugin = "cut"\ndataset = "toy"\ntrain_events = 1.5',
            "run 1, train_events: .*got a number",
        ),
        (
            '[[runs]]\nplugin = "cut"\ndataset = "toy"\nevents = true',
            "run 1, events: .*got true or false",
        ),
        ('[[runs]]\nplugin = "cut"\ndataset = "toy"\nset = 3', "wanted a table"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_study(write(tmp_path, content))
    with pytest.raises(RequestError, match="No such file"):
        read_study(tmp_path / "nothing.toml")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


def test_all_its_runs_are_done_and_one_that_breaks_keeps_its_row(
    desk: Workplace, tmp_path: Path
) -> None:
    file = write(tmp_path, GOOD)
    arguments = [str(file), "--runs", str(desk.store.root), "-o", str(tmp_path / "out")]
    ran = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert ran.return_value == 1, ran.output
    page = (tmp_path / "out" / "report.md").read_text()
    assert page.startswith("# Two cuts\n")
    assert page.partition("## All runs")[2].count("| cut") == 3
    assert "ZeroDivisionError" in page
    again = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert again.return_value == 1
    assert len(list(desk.store.runs())) == 4  # what broke is tried again


@dataclass(frozen=True)
class Picky(Cut):
    """A cut that refuses its options where it is fitted."""

    name = "picky"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        raise RequestError("targets=c_attn: not in this base")


def test_a_run_that_its_model_refuses_stops_no_study(desk: Workplace, tmp_path: Path) -> None:
    desk.add(Picky)
    study = '[defaults]\ndataset = "toy"\n[[runs]]\nplugin = "picky"\n[[runs]]\nplugin = "cut"\n'
    arguments = [str(write(tmp_path, study)), "--runs", str(desk.store.root)]
    ran = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert ran.return_value == 2
    assert "run 1 is refused and has no row: targets=c_attn: not in this base" in ran.output
    assert [run.record.plugin for run in desk.store.runs()] == ["cut"]


def test_a_mistake_in_the_last_run_is_told_before_the_first_one_starts(
    desk: Workplace, tmp_path: Path
) -> None:
    file = write(tmp_path, GOOD + '[[runs]]\nplugin = "cutt"\n')
    ran = CliRunner().invoke(command, [str(file), "--runs", str(desk.store.root)])
    assert isinstance(ran.exception, RequestError)
    assert not desk.store.root.exists()


def test_its_help_names_all_that_may_be_a_list() -> None:
    said = str(command.help).partition("once for each member of")[2].partition("no other key")[0]
    assert [key for key in (SEEDS, TRAIN_EVENTS, INJECT, LOOK, VARY) if key not in said] == []
