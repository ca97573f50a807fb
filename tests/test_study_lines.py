"""Lines of `bench study --commands` where batch systems put them: anywhere."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from toys import Cut, Workplace

from bench.cli.study import command
from bench.plugins.needs import Needs
from bench.running import missing
from bench.running.failures import RunFailedError
from bench.running.pipeline import run
from bench.running.spread import Task, do
from bench.running.study import read_study
from bench.storage import store

STUDY = """
[defaults]
dataset = "toy"
train_events = 200
events = 200
[[runs]]
plugin = "wordy"
set = { word = 'a word' }
[[runs]]
plugin = "wordy"
seed = 1
[[runs]]
plugin = "wordy"
seed = 2
from = "wordy"
"""


@dataclass(frozen=True)
class Wordy(Cut):
    """A cut with a word."""

    name = "wordy"
    word: str = ""
    """Anything, such as the name of a file."""
    memory: str = ""
    """That it needs."""

    @property
    def needs(self) -> Needs:
        return Needs(memory=self.memory)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Wordy)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    (tmp_path / "a folder").mkdir()
    monkeypatch.chdir(tmp_path / "a folder")
    Path("study.toml").write_text(STUDY)
    return place


def study(*words: str) -> Result:
    runs = ("--runs", str(Path.cwd().parent / "runs"))
    return CliRunner().invoke(command, ["study.toml", *words, *runs], standalone_mode=False)


def varied(old: str, new: str) -> None:
    Path("study.toml").write_text(STUDY.replace(old, new))


def test_a_line_with_the_name_of_a_file_begins_where_that_is(desk: Workplace) -> None:
    Path("a word").touch()
    first, second = study("--commands").stdout.splitlines()
    before, _, after = first.partition(" && ")
    assert shlex.split(before) == ["cd", str(Path.cwd())]
    assert shlex.split(after)[0] == shlex.split(second)[0] == "env"
    shell = subprocess.run(
        ["sh", "-c", f"{before} && ls"], capture_output=True, cwd="/", check=True
    )
    assert b"a word" in shell.stdout


def test_a_task_reads_names_of_files_where_it_was_made(desk: Workplace) -> None:
    log = Path("log.txt").absolute()
    program = ("-c", "import os; print(os.getcwd())")
    for folder, seen in ((str(Path.cwd()), str(Path.cwd())), ("/no/such folder", "/")):
        task = Task("key", (), {}, log, Needs(), program=program, folder=folder)
        before = Path.cwd()
        os.chdir("/")
        try:
            assert do(task) == 0
        finally:
            os.chdir(before)
        assert log.read_text().splitlines()[1] == seen
    assert Task("key", (), {}, log, Needs()).folder == str(Path.cwd())


def test_a_line_finds_packages_and_models_where_its_printer_does(
    desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/cvmfs/a view")
    monkeypatch.setenv("HF_HOME", "/models")
    for line in study("--commands").stdout.splitlines():
        words = shlex.split(line)
        assert {"PYTHONPATH=/cvmfs/a view", "HF_HOME=/models"} <= {*words[: words.index("-P")]}
        assert words[words.index("-P") - 1] == sys.executable


def test_what_no_line_can_hold_has_none_and_says_why(desk: Workplace) -> None:
    varied("'a word'", '"a\\nword"')
    done = study("--commands")
    assert done.return_value == 2
    (line,) = done.stdout.splitlines()
    assert "--seed 1" in line
    assert "run 1 is refused and has no row: a line break stands among its options" in done.stderr


@pytest.mark.parametrize(("memory", "column"), [("1 kB", "1"), ("500 MB", "477"), ("1 MiB", "1")])
def test_a_column_of_memory_is_no_less_than_what_is_needed(
    desk: Workplace, memory: str, column: str
) -> None:
    varied("word = 'a word'", f"memory = '{memory}'")
    lines = study("--commands", "--needs").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == [column, "0"]


def test_what_breaks_each_time_keeps_no_later_run_waiting(desk: Workplace) -> None:
    varied("set = { word = 'a word' }", "set = { scale = -1.0 }")
    broken, good, later = read_study(Path("study.toml")).runs
    place = (desk.registry, desk.home, desk.store, desk.context)
    first = study("--commands")
    assert len(first.stdout.splitlines()) == 2
    assert "1 more wait for these" in first.stderr
    with pytest.raises(RunFailedError):
        run(broken, *place)
    assert len(study("--commands").stdout.splitlines()) == 2  # as another one is still to be done
    run(good, *place)
    again = study("--commands")
    lines = again.stdout.splitlines()
    assert [("--from" in line) for line in lines] == [False, True]
    assert "wait for these" not in again.stderr
    assert later.start == "wordy"


def test_what_was_done_by_other_versions_is_said_where_it_counts_as_missing(
    desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, _ = run(
        read_study(Path("study.toml")).runs[1], desk.registry, desk.home, desk.store, desk.context
    )
    assert "does not hold here" not in study("--commands").stderr
    for module in (missing, store):
        monkeypatch.setattr(module, "changes", lambda _: ["torch is 2.12 here and was 2.11"])
    line = f"run 2 was done as {done.name}, which does not hold here: torch is 2.12 here"
    for words in ("--commands", "--collect"):
        assert study(words).stderr.count(line) == 1, words


def test_what_killed_jobs_left_goes_when_all_is_collected(desk: Workplace) -> None:
    done = [
        run(one, desk.registry, desk.home, desk.store, desk.context)[0]
        for one in read_study(Path("study.toml")).runs[:2]
    ]
    Path("study.toml").write_text(STUDY[: STUDY.rindex("[[runs]]")])
    begun = replace(done[0].record, status="started", files={})
    for created in ("2026-11-27T10:00:00Z", "2026-11-27T10:00:00Z"):
        desk.store.begin(desk.store.claim(created, begun.id), begun)
    assert len(list(desk.store.root.glob("2*"))) == 4
    assert study("--collect").return_value == 0
    assert sorted(path.name for path in desk.store.root.glob("2*")) == sorted(
        one.name for one in done
    )


def test_a_run_that_goes_on_from_a_plugins_newest_one_is_done_once(desk: Workplace) -> None:
    """As its name stands for that very run when the study is done again."""
    assert study().return_value == 0
    made = {one.record.seed: one for one in desk.store.runs()}
    assert made[2].record.request["start"] == made[1].name
    assert study("--commands").stdout == ""
