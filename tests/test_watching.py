"""Runs that are under way: a table with an estimate, and lines as they begin and end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from toys import Workplace

from bench.api.errors import RequestError
from bench.cli import runs_listed
from bench.cli.list import command as listing
from bench.cli.live import MOST, live, table_of
from bench.plugins.needs import Needs
from bench.running.pipeline import run
from bench.running.spread import Task
from bench.running.watch import Watch, last_line
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store


def watched(folder: Path, runs: int) -> Watch:
    """Runs that nobody has begun."""
    keys = [f"run {number}" for number in range(runs)]
    tasks = {key: Task(key, (), {}, folder / f"{key}.txt", Needs()) for key in keys}
    return Watch(tasks, {key: f"{key}: a cut" for key in keys})


def begin(watch: Watch, number: int, *says: str, seconds: float = 0.0) -> None:
    when = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="seconds")
    lines = [f"{when} begun on node07", *says]
    watch.tasks[f"run {number}"].log.write_text("".join(f"{line}\n" for line in lines))


def shown(watch: Watch) -> list[str]:
    out = Console(width=100)
    with out.capture() as text:
        out.print(table_of(watch))
    return [line.rstrip() for line in text.get().splitlines()]


def test_the_table_says_of_each_run_where_since_when_and_its_last_line(tmp_path: Path) -> None:
    watch = watched(tmp_path, 4)
    begin(watch, 1, "reused its features", "bench: a [bold]smoke[/bold] fit", seconds=200)
    begin(watch, 2)
    begin(watch, 3, "all is well")
    watch.done.add("run 3")
    title, _, first, second = shown(watch)
    assert title.startswith("1 of 4 runs done, 2 under way, 1 queued, about ")
    assert " ".join(first.split()) == "run 1: a cut node07 3 min a [bold]smoke[/bold] fit"
    assert " ".join(second.split()[:4]) == "run 2: a cut"
    assert "node07" in second


def test_messages_of_what_was_interrupted_are_no_run_under_way(tmp_path: Path) -> None:
    begin(watched(tmp_path, 2), 1, "half done", seconds=90_000)
    watch = watched(tmp_path, 2)
    assert not list(watch.under_way())
    begin(watch, 1, "begun again")
    (one,) = watch.under_way()
    assert one.says == "begun again"


def test_there_is_no_estimate_before_a_run_is_done_and_it_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    watch = watched(tmp_path, 10)
    assert watch.left is None
    clock[0] += 20
    watch.done |= {"run 0"}
    assert watch.left == pytest.approx(180)
    watch.done |= {"run 1", "run 2", "run 3"}
    assert watch.left == pytest.approx(30)


def test_a_long_table_is_cut(tmp_path: Path) -> None:
    watch = watched(tmp_path, MOST + 5)
    for number in range(MOST + 5):
        begin(watch, number)
    lines = shown(watch)
    assert len(lines) == MOST + 3
    assert lines[-1].strip() == "and 5 more"


def test_messages_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    watch = watched(tmp_path, 3)
    watch.tasks["run 0"].log.write_bytes(b"\xff\xfe half a line")
    watch.tasks["run 1"].log.mkdir()
    assert list(watch.under_way()) == []
    assert last_line(tmp_path / "nothing.txt") == ""


def test_on_a_terminal_the_table_goes_when_all_is_done(tmp_path: Path) -> None:
    watch = watched(tmp_path, 1)
    begin(watch, 0)
    with live(watch) as bar:
        bar.advance()
    assert list(watch.under_way())


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def test_runs_are_followed_until_somebody_interrupts(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    said = tmp_path / "said.txt"
    command = [sys.executable, "-P", "-m", "bench", "list", "runs", "--follow"]
    with said.open("wb") as out:
        following = subprocess.Popen([*command, "--runs", str(place.store.root)], stdout=out)
    try:
        request = RunRequest(plugin="cut", dataset="toy", train_events=200, events=200)
        done, _ = run(request, place.registry, place.home, place.store, place.context)
        until(lambda: f"{done.name}  ok  toy" in said.read_text())
        following.send_signal(signal.SIGINT)
        assert following.wait(20) == 130
    finally:
        following.kill()
        following.wait()
    assert said.read_text().count("  ok  ") == 1


def test_a_sealed_run_is_read_once_however_long_they_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Workplace.at(tmp_path)
    request = RunRequest(plugin="cut", dataset="toy", train_events=200, events=200)

    def more(seed: int) -> str:
        one = replace(request, seed=seed)
        return run(one, place.registry, place.home, place.store, place.context)[0].name

    names, reads = [more(0)], []
    original = Store._read

    def read(self: Store, name: str, saying: str = "") -> Run | None:
        reads.append(name)
        return original(self, name, saying)

    def sleep(_: float) -> None:
        if len(names) == 3:
            raise KeyboardInterrupt
        with monkeypatch.context() as patch:
            patch.setattr(Store, "_read", original)
            names.append(more(len(names)))

    monkeypatch.setattr(Store, "_read", read)
    monkeypatch.setattr(runs_listed, "time", SimpleNamespace(sleep=sleep))
    with pytest.raises(KeyboardInterrupt):
        runs_listed.follow_runs(Store(place.store.root))
    assert reads == names
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == names


@pytest.mark.parametrize("words", [["models", "--follow"], ["runs", "--follow", "--clear"]])
def test_nothing_else_is_followed(words: list[str]) -> None:
    with pytest.raises(RequestError, match="--follow is of runs alone, and removes none"):
        listing.main(words, standalone_mode=False)
