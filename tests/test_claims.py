"""Claims, for homes whose locks hold for nobody: made once, whoever is killed or stands still."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from claiming import begun, ended, lines, until

from bench.storage import locks, owner
from bench.storage.claims import FOLDER
from bench.storage.claims_watched import _SEEN
from bench.storage.locks import LockedError, locked

HERE = Path(__file__).parent
LIMIT = 1.0
"""Seconds after which a claim is taken over."""


@pytest.fixture(autouse=True)
def by_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locks.VARIABLE, f"claims:{LIMIT:g}")


@pytest.fixture
def children() -> Iterator[list[int]]:
    """Processes that end with the test."""
    several: list[int] = []
    yield several
    for child in several:
        for number in (signal.SIGKILL, signal.SIGCONT):
            os.kill(child, number)
    ended(several)


def test_many_processes_are_each_alone(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")

    def add() -> None:
        for _ in range(10):
            with locked(tmp_path / "lock", lambda _: None):
                number = int(count.read_text())
                time.sleep(0.001)
                count.write_text(str(number + 1))

    several = []
    for _ in range(4):
        if not (child := os.fork()):
            try:
                add()
            finally:
                os._exit(0)
        several.append(child)
    ended(several)
    assert count.read_text() == "40"
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_of_many_one_makes_it_and_the_others_say_whom_they_wait_for(tmp_path: Path) -> None:
    several = [begun(tmp_path, "a")]
    until(lambda: bool(lines(tmp_path / "made")))
    several += [begun(tmp_path, name) for name in "bcd"]
    until(lambda: all(lines(tmp_path / f"{name}.said") for name in "bcd"))
    (tmp_path / "go").touch()
    assert ended(several) == [0] * 4
    assert lines(tmp_path / "made") == ["a"]
    assert sorted(lines(tmp_path / "ended")) == ["a made a", *(f"{n} found a" for n in "bcd")]
    (said,) = lines(tmp_path / "b.said")
    assert said.startswith("another process is making the same; waiting for it (process ")
    assert f"process {several[0]} on {owner.machine().host}, since 2" in said


def test_who_is_killed_is_taken_over_at_once_on_the_same_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locks.VARIABLE, "claims:3600")
    first = begun(tmp_path, "a")
    until(lambda: bool(lines(tmp_path / "made")))
    second = begun(tmp_path, "b")
    until(lambda: bool(lines(tmp_path / "b.said")))
    os.kill(first, signal.SIGKILL)  # it is nobody's child that asks how it ended
    (tmp_path / "go").touch()
    assert ended([second]) == [0]
    assert ended([first]) == [-signal.SIGKILL]
    assert lines(tmp_path / "made") == ["a", "b"]
    assert lines(tmp_path / "ended") == ["b made b"]
    assert f"process {first} on " in lines(tmp_path / "b.said")[-1]
    assert lines(tmp_path / "b.said")[-1].endswith(": has ended; it is taken over")


def test_another_machines_process_is_waited_for_as_long_as_it_lives(
    tmp_path: Path, children: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locks.VARIABLE, "claims:2")
    children.append(begun(tmp_path, "a", host="node1"))
    until(lambda: bool(lines(tmp_path / "made")))
    second = begun(tmp_path, "b")
    until(lambda: bool(lines(tmp_path / "b.said")))
    time.sleep(2.2)
    assert lines(tmp_path / "made") == ["a"]
    assert " on node1, since " in lines(tmp_path / "b.said")[0]
    began = time.monotonic()
    os.kill(children[0], signal.SIGKILL)
    until(lambda: len(lines(tmp_path / "made")) > 1)
    assert (
        time.monotonic() - began > 1.0
    )  # less than 2 s, as its last sign of life is some time ago
    assert "no sign of life for 2 s; it is taken over" in lines(tmp_path / "b.said")[-1]
    (tmp_path / "go").touch()
    assert ended([second]) == [0]
    assert lines(tmp_path / "ended") == ["b made b"]


@pytest.mark.parametrize("checks", [True, False], ids=["looks-meanwhile", "looks-at-the-end"])
def test_who_stood_still_and_was_taken_over_changes_nothing(tmp_path: Path, checks: bool) -> None:
    first = begun(tmp_path, "a", host="node1", checks=checks)
    until(lambda: bool(lines(tmp_path / "made")))
    os.kill(first, signal.SIGSTOP)
    second = begun(tmp_path, "b", host="node2")
    until(lambda: len(lines(tmp_path / "made")) > 1)
    if checks:  # it finds out while the other one computes, and waits for that
        os.kill(first, signal.SIGCONT)
        until(lambda: len(lines(tmp_path / "a.said")) > 1)
        (tmp_path / "go").touch()
        assert ended([second]) == [0]
    else:  # it finds out when it would put its own in the place of the other one's
        (tmp_path / "go").touch()
        assert ended([second]) == [0]
        os.kill(first, signal.SIGCONT)
    assert ended([first]) == [0]
    assert lines(tmp_path / "made") == ["a", "b"]
    assert sorted(lines(tmp_path / "ended")) == ["a found b", "b made b"]
    assert (
        "this process stood still, and another one has taken over" in lines(tmp_path / "a.said")[0]
    )
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [
        FOLDER,
        "key",
        "key.lock",
    ]


@pytest.mark.slow
def test_a_process_of_another_name_space_is_one_of_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container, by another path; its id means nothing here, where nobody has it."""
    monkeypatch.setenv(locks.VARIABLE, "claims:2")
    command = ["unshare", "--uts", "--pid", "--fork", "--mount-proc", "sh", "-c"]
    tool = shutil.which("unshare")
    if not tool or subprocess.run([*command, "hostname node9"], check=False).returncode:
        pytest.skip("no name spaces may be made here")
    (tmp_path / "folder").mkdir()
    (tmp_path / "mounted").symlink_to(tmp_path / "folder")
    asking = f'hostname node9; exec "{sys.executable}" claiming.py "{tmp_path / "mounted"}" a 1 ""'
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    inside = subprocess.Popen(
        [*command, asking], cwd=HERE, env={**os.environ, "PYTHONPATH": path}, process_group=0
    )
    folder = tmp_path / "folder"
    until(lambda: bool(lines(folder / "made")))
    second = begun(folder, "b")
    until(lambda: bool(lines(folder / "b.said")))
    time.sleep(2.2)
    assert lines(folder / "made") == ["a"]
    os.killpg(inside.pid, signal.SIGKILL)
    inside.wait()
    (folder / "go").touch()
    assert ended([second]) == [0]
    assert lines(folder / "ended")[-1] == "b made b"
    assert "on node9" in lines(folder / "b.said")[0]
    assert "no sign of life for 2 s" in lines(folder / "b.said")[1]


def test_who_does_not_want_to_wait_says_who_has_it(tmp_path: Path, children: list[int]) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(LockedError, match=f"process {os.getpid()} on .*, since .* has it"),
        locked(tmp_path / "lock"),
    ):
        pass
    children.append(begun(tmp_path, "a", host="node1"))
    until(lambda: bool(lines(tmp_path / "made")))
    lock = tmp_path / "cache" / "key.lock"
    for sure in (False, True):  # who wants to know sees that it lives
        with pytest.raises(LockedError, match="on node1"), locked(lock, sure=sure):
            pass
    os.kill(children[0], signal.SIGSTOP)
    _SEEN.clear()
    with pytest.raises(LockedError, match="on node1"), locked(lock):
        pass
    with locked(lock, sure=True):  # and that it does not
        assert lock.is_file()
