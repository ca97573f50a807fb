"""`bench study --commands` and `--collect`: what is missing, in lines; what runs need."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from spreading import Spread
from toys import Cut, Workplace

import bench
from bench.api.errors import BenchError, RequestError
from bench.cli.plan import command as plan_command
from bench.cli.run import command as run_command
from bench.cli.study import command
from bench.metrics.format import DASH
from bench.plugins import needs
from bench.plugins.needs import Needs, gpus, needs_of
from bench.running.failures import RunFailedError
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage import extras
from bench.storage.repeating import words_of
from bench.storage.request import RunRequest

STUDY = """
[defaults]
dataset = "toy"
train_events = 200
events = 200
[[runs]]
plugin = "needy"
seeds = [0, 1]
threshold = "fpr=0.1"
set = { scale = 1.0, word = "it's a $HOME \\"word\\"" }
[[runs]]
plugin = "needy"
seed = 2
from = "needy"
"""


@dataclass(frozen=True)
class Needy(Cut):
    """A cut that says what it needs."""

    name = "needy"
    word: str = ""
    """Anything."""
    gpus: int = 0
    """That it needs."""

    @property
    def needs(self) -> Needs:
        return Needs(gpu=self.gpus, memory="1.5 GiB", cores=2)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Needy)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    monkeypatch.chdir(tmp_path)
    Path("study.toml").write_text(STUDY)
    return place


def study(*words: str) -> Result:
    return CliRunner().invoke(command, ["study.toml", *words], standalone_mode=False)


def said_by(line: str) -> RunRequest:
    """The request that a line comes down to, in a shell."""
    words = shlex.split(line)
    ctx = run_command.make_context("run", words[words.index("run") + 1 :])
    apart = ("runs", "dry_run", "seeds", "floor", "skip_bad_events")
    return RunRequest(**{k: v for k, v in ctx.params.items() if k not in apart})


def done(desk: Workplace, line: str) -> str:
    request = said_by(line)
    return run(request, desk.registry, desk.home, desk.store, desk.context)[0].name


def test_a_line_for_each_run_that_is_missing_and_the_report_when_none_is(desk: Workplace) -> None:
    first = study("--commands")
    assert first.return_value == 0
    lines = first.stdout.splitlines()
    assert [said_by(line).seed for line in lines] == [0, 1]
    assert "1 more wait for these, as one goes on from an earlier run" in first.stderr
    assert not desk.store.root.exists()
    done(desk, lines[1])
    (left,) = study("--commands").stdout.splitlines()
    assert left == lines[0]
    early = study("--collect")
    assert early.return_value == 2
    assert "missing: run 1 (needy, seed 0)\n" in early.stderr
    assert not Path("report.md").exists()
    first_of_all = done(desk, left)
    Path("study.toml").write_text(STUDY.replace('from = "needy"', f'from = "{first_of_all}"'))
    (last,) = study("--commands").stdout.splitlines()
    assert said_by(last).start == first_of_all
    assert "missing: run 3 (needy, seed 2)\n" in study("--collect").stderr
    done(desk, last)
    assert study("--commands").stdout == ""
    collected = study("--collect")
    assert collected.return_value == 0, collected.output
    assert Path("report.md").is_file()
    assert Path("results").is_dir()


def test_a_line_is_the_very_request_wherever_it_is_typed(desk: Workplace) -> None:
    for line in study("--commands").stdout.splitlines():
        request = said_by(line)
        assert request.options == {"scale": "1.0", "word": 'it\'s a $HOME "word"'}
        own = read_study(Path("study.toml")).runs[request.seed]
        assert resolve_parts(request, desk.registry).request == replace(own, encoders=())
        words = shlex.split(line)
        assert words[0] == "env"
        assert {f"BENCH_HOME={desk.home.root}", "BENCH_JOBS=2", "OMP_NUM_THREADS=2"} <= set(words)
        assert words[-2:] == ["--runs", str(Path("runs").absolute())]
        printf = shlex.join(["printf", r"%s\n", *words])
        shell = subprocess.run(["sh", "-c", printf], capture_output=True, text=True, check=True)
        assert shell.stdout.splitlines() == words


@pytest.mark.parametrize(
    "request_",
    [
        RunRequest(plugin="cut", dataset="toy", train="rd", train_events="all", look="2"),
        RunRequest(plugin="cut", dataset="toy", edition="twin", without="numbers", seed=7),
        RunRequest(plugin="cut", dataset="toy", encoders=("a", "b"), allow=("B001", "B002")),
        RunRequest(plugin="cut", dataset="toy", quick=True, ratio="1:10", threshold="best-sic"),
        RunRequest(plugin="-cut", dataset="a b", options={"x": "-1", "y": "a=b,c", "z": ""}),
        RunRequest(plugin="cut", dataset="toy", file=Path("a file.csv"), labels="shuffled"),
        RunRequest(plugin="cut", dataset="toy", device="cuda:1", start="gbt", valid_events=100),
    ],
)
def test_words_of_a_request_are_read_back_as_the_request(request_: RunRequest) -> None:
    line = shlex.join(["bench", "run", *words_of(request_.said())])
    read = said_by(line)
    assert read == request_


def test_needs_are_columns_before_each_line(desk: Workplace) -> None:
    lines = study("--commands").stdout.splitlines()
    columns = [line.split("\t") for line in study("--commands", "--needs").stdout.splitlines()]
    assert columns == [["0", "1536", "2", line] for line in lines]


def test_a_void_run_is_there_and_is_to_be_done_again(desk: Workplace) -> None:
    study_of_two = STUDY[: STUDY.rindex("[[runs]]")].replace("scale = 1.0", "scale = -1.0")
    Path("study.toml").write_text(study_of_two)
    for line in study("--commands").stdout.splitlines():
        with pytest.raises(RunFailedError):
            done(desk, line)
    assert len(study("--commands").stdout.splitlines()) == 2
    collected = study("--collect")
    assert collected.return_value == 3
    assert "2 of 2 runs did not end well" in collected.stderr
    assert "| needy" in Path("report.md").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--commands", "--collect"), "--commands and --collect: one at a time"),
        (("--on", "local", "--collect"), "--on and --collect: one at a time"),
        (("--needs",), "--needs is for --commands"),
    ],
)
def test_two_ways_at_once_are_refused(desk: Workplace, words: list[str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        raise study(*words).exception or AssertionError


def test_without_dask_it_is_said_before_any_work(
    desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    error = study("--on", "local").exception
    assert isinstance(error, RequestError)
    assert str(error) == (
        "distributed is not installed; for --on: pip install 'classifier-bench[cluster]'"
    )


def test_nothing_of_dask_is_imported_without_on(tmp_path: Path) -> None:
    place = Spread.at(tmp_path, runs=1)
    code = "import sys; sys.argv[1:] = ['study', 'study.toml', '--commands']\n"
    code += "from bench.cli.main import main\ntry: main()\nfinally: print(*sys.modules)"
    ran = subprocess.run(
        [__import__("sys").executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=place.environment,
    )
    modules = set(ran.stdout.split())
    assert "bench.running.missing" in modules
    assert not modules & {"dask", "distributed", "tornado", "msgpack"}


def test_a_run_needs_the_most_that_one_of_its_parts_does() -> None:
    few = Needs(gpu=1, memory="900 MB")
    assert few | Needs(memory="1 GiB", cores=3) == Needs(gpu=1, memory="1 GiB", cores=3)
    assert str(Needs(gpu=2, memory="8 GiB", cores=1)) == "2 GPUs, 8 GiB, 1 core"
    assert str(Needs()) == ""
    assert needs_of([Needy(), Cut()], "cuda") == Needs(gpu=1, memory="1.5 GiB", cores=2)
    assert needs_of([Cut()]) == Needs()


@pytest.mark.parametrize("wrong", [{"gpu": -1}, {"memory": "8 gigs"}, {"memory": "8"}])
def test_needs_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RequestError, match="wanted numbers from 0 on, and a size in B, kB"):
        Needs(**wrong)


def test_needs_of_another_form_are_refused_before_any_work(desk: Workplace) -> None:
    @dataclass(frozen=True)
    class Odd(Cut):
        """A cut."""

        name = "odd"
        needs = {"gpu": 1}  # noqa: RUF012

    desk.add(Odd)
    with pytest.raises(RequestError, match=r"odd: needs is .*wanted bench\.Needs"):
        resolve_parts(RunRequest(plugin="odd", dataset="toy"), desk.registry)


def test_a_run_that_needs_a_gpu_does_not_start_where_there_is_none(
    desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RunRequest(plugin="needy", dataset="toy", options={"gpus": "2"}, train_events=200)
    for here, message in ((0, "needy needs 2 GPUs; there are 0 here"), (1, "there are 1 here")):
        monkeypatch.setattr(needs, "gpus", lambda here=here: here)
        with pytest.raises(BenchError, match=message):
            run(request, desk.registry, desk.home, desk.store, desk.context)
    assert not desk.store.root.exists()
    monkeypatch.setattr(needs, "gpus", lambda: 2)
    assert run(request, desk.registry, desk.home, desk.store, desk.context)[0].record.status == "ok"


def test_a_process_has_no_more_gpus_than_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl"):
        (tmp_path / name).touch()
    count = needs._count
    monkeypatch.setattr(needs, "_count", lambda folder, pattern: count(str(tmp_path), pattern))
    for variable in needs.VISIBLE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(needs, "_count", lambda f, p: count(str(tmp_path), p) if f == "/dev" else 0)
    assert gpus() == 2
    for given, number in (("1", 1), ("", 0), ("-1", 0), ("0,1,2", 2), ("GPU-a,GPU-b", 2)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
        assert gpus() == number
    assert bench.Needs is Needs


def test_a_plan_shows_what_runs_need(desk: Workplace) -> None:
    def shown(*words: str) -> str:
        return CliRunner().invoke(plan_command, [*words], standalone_mode=False).stdout

    one = shown("--plugin", "needy", "--dataset", "toy", "--set", "gpus=1")
    assert re.search(r"^ +needs +1 GPU, 1\.5 GiB, 2 cores$", one, re.MULTILINE)
    assert "needs" not in shown("--plugin", "cut", "--dataset", "toy")
    both = '[defaults]\ndataset = "toy"\n[[runs]]\nplugin = "needy"\n[[runs]]\nplugin = "cut"\n'
    Path("study.toml").write_text(both)
    headings, _, first, second, *_ = shown("study.toml").splitlines()
    cells = [row.strip("| ").split("|")[-1].strip() for row in (headings, first, second)]
    assert cells == ["needs", "1.5 GiB, 2 cores", DASH]


def test_a_run_with_a_secret_has_no_line(desk: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = study("--commands").stdout.splitlines()
    assert lines
    monkeypatch.setenv("BENCH_HUB_TOKEN", "abcdefgh12345678")
    ended = study("--commands")
    assert (ended.return_value, ended.stdout) == (2, "")
    assert ended.stderr.count("a secret stands among its options or variables") == len(lines)
    assert "abcdefgh" not in ended.stderr
