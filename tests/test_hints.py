"""Commands in messages can be copied as they stand, wherever the runs lie."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from outside_scores import another_models
from toys import Workplace

from bench.cli.main import LONGEST, main
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Store
from bench.storage.typed import typed

HINT = re.compile(r"`(bench [^`]+)`|(?:the newest: |^  )(bench \w[^\n]*)", re.MULTILINE)
REQUEST = RunRequest(plugin="cut", dataset="toy", train_events=300, events=300)
FOLDER = "my runs; `it's`"
"""A folder that a shell takes for anything but one word."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    for request in (REQUEST, replace(REQUEST, events=200, options={"scale": "2"})):
        run(request, place.registry, place.home, place.store, place.context)
    return place


@pytest.fixture(params=["runs", "my runs", "it's"])
def place(
    made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Workplace:
    """The runs in a folder of their own, of which no variable tells."""
    shutil.copytree(made.store.root, tmp_path / request.param)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: made.registry)
    monkeypatch.setenv("BENCH_HOME", str(made.home.root))
    monkeypatch.delenv("BENCH_RUNS", raising=False)
    return replace(made, store=Store(Path(request.param)))


def do(words: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of a command, and all that it says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["bench", *words])
        with pytest.raises(SystemExit) as stop:
            main()
    printed = capfd.readouterr()
    return int(stop.value.code or 0), printed.out + printed.err


def hints(text: str) -> list[str]:
    """The commands that a message names."""
    return [quoted or bare for quoted, bare in HINT.findall(text)]


def test_every_hint_is_a_command_that_does_what_it_says(
    place: Workplace, capfd: pytest.CaptureFixture[str]
) -> None:
    store, here = place.store, ["--runs", str(place.store.root)]
    toy = ["--plugin", "cut", "--dataset", "toy"]
    first, second = store.runs()
    another_models(first).assign(score=lambda frame: 1 - frame.score).to_csv("theirs.csv")
    begun = store.claim("2026-01-01T00:00:00Z", "0" * 64)
    store.begin(begun, replace(first.record, status="started", files={}))
    (store.root / ".locks").mkdir(exist_ok=True)
    (store.root / ".locks" / f"{'0' * 32}.lock").touch()
    commands: dict[str, list[str]] = {
        "doctor": ["run", "--set", "breaks=true", *toy, *here],
        "doctor of an import": ["import", "theirs.csv", "--model", "x", *toy[2:], *here],
        "compare": ["compare", first.name, second.name, *here],
        "list runs": ["compare", first.name, *here],
        "ended": ["show", begun.name, *here],
        "clear": ["list", "runs", *here],
        "again": ["show", first.name, *here],
        "newest": ["show", "cut", *here],
        "clean": ["clean", "--older-than", "36h", *here],
        "run": ["report", "--runs", "nowhere", "-o", "out"],
        "plugins": ["run", "--dataset", "toy", *here],
        "datasets": ["run", "--plugin", "cut", *here],
    }
    for what, words in commands.items():
        code, said = do(words, capfd)
        named = hints(said)
        assert named, (what, said)
        for hint in named:
            code, answer = do(shlex.split(hint)[1:], capfd)
            # 3 is a void run's, of which `bench doctor` speaks
            assert code in (0, 3), (what, hint, answer)
            lost = ("no run called", "no command", "nothing to compare")
            assert not any(word in answer for word in lost), (what, hint, answer)


def test_a_folder_of_runs_is_named_where_it_is_not_the_usual_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BENCH_RUNS", raising=False)
    assert typed("bench", "list", "runs", runs=Path("runs")) == "bench list runs"
    assert typed("bench", "show", "a b", runs=Path(FOLDER)) == (
        f"bench show 'a b' --runs {shlex.quote(FOLDER)}"
    )
    monkeypatch.setenv("BENCH_RUNS", "elsewhere")
    assert typed("bench", "list", runs=Path("elsewhere")) == "bench list"
    assert typed("bench", "list", runs=Path("runs")) == "bench list --runs runs"


@pytest.mark.parametrize("length", [30, 150, 400, 3000])
def test_a_long_line_is_cut_but_never_a_command_in_it(
    length: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from bench.api.errors import RequestError
    from bench.cli.main import cli

    command = f"`bench doctor {'x' * length} --runs y`"

    def refuse(*_: object, **__: object) -> None:
        raise RequestError(f"{'long ' * length}{'w' * length}; {command} explains")

    monkeypatch.setattr(cli, "main", refuse)
    code, said = do([], capfd)
    assert code == 2
    (line,) = said.splitlines()
    assert command in line
    assert len(line) - len(command) <= LONGEST
