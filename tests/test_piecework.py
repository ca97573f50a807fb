"""Pieces of a part's work: each a process of its own, whose result is on the disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.api.errors import BenchError, InputError
from bench.running.piecework import LOGS, Piecework
from bench.running.spread import TRIES
from bench.storage.home import Home


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def work(tmp_path: Path, executor: Executor, monkeypatch: pytest.MonkeyPatch) -> Piecework:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # where pieces find this module
    return Piecework(executor, Home(tmp_path / "home"))


def leave_square(text: str) -> None:
    """The text is a number and where to leave what came of it."""
    number, file = text.split(maxsplit=1)
    home = os.environ["BENCH_HOME"]
    Path(file).write_text(f"{int(number) ** 2} {os.getpid()} {home}")


def refuse(number: str) -> None:
    sys.stdout.write("first\nlines\n")
    if number == "1":
        raise InputError("events.h5: event 7\nhas no label")


def stumble(number: str) -> None:
    raise ValueError(f"number {number}")


def die(text: str) -> None:
    """Is killed so many times, and leaves marks in a folder."""
    lives, folder = text.split(maxsplit=1)
    marks = len(list(Path(folder).iterdir()))
    (Path(folder) / str(marks)).touch()
    if marks < int(lives):
        os.kill(os.getpid(), signal.SIGKILL)


def test_every_piece_is_a_process_of_its_own_on_the_same_home(
    work: Piecework, tmp_path: Path
) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    texts = [f"{number} {folder / str(number)}.txt" for number in (1, 2, 3)]
    assert sorted(work(leave_square, texts)) == texts
    rows = [(folder / f"{number}.txt").read_text().split() for number in (1, 2, 3)]
    assert [row[0] for row in rows] == ["1", "4", "9"]
    assert len({row[1] for row in rows} | {str(os.getpid())}) == 4
    assert {row[2] for row in rows} == {str(tmp_path / "home")}
    assert not (work.home.scratch / LOGS).exists()


def test_nothing_to_do_is_nothing(work: Piecework) -> None:
    assert not list(work(refuse, []))


def test_what_a_piece_refuses_is_said_in_one_line(work: Piecework) -> None:
    with pytest.raises(BenchError, match=r"^events\.h5: event 7 has no label$"):
        list(work(refuse, ["0", "1"]))


def test_a_mistake_in_the_work_is_said_with_where_to_read_of_it(work: Piecework) -> None:
    with pytest.raises(BenchError, match=r"came to no end: ValueError: number 3 \(see ") as error:
        list(work(stumble, ["3"]))
    log = Path(str(error.value).rpartition("(see ")[2].rstrip(")"))
    assert "in stumble" in log.read_text()


def test_a_piece_that_is_killed_is_begun_again(work: Piecework, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    folder.mkdir()
    assert list(work(die, [f"2 {folder}"])) == [f"2 {folder}"]
    assert len(list(folder.iterdir())) == 3


def test_and_not_for_ever(work: Piecework, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    folder.mkdir()
    with pytest.raises(BenchError, match="came to no end: killed by signal 9, each time"):
        list(work(die, [f"99 {folder}"]))
    assert len(list(folder.iterdir())) == TRIES
