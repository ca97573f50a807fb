"""A lock that some take by flock and others as a claim: nobody has it twice, or that is said."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from pathlib import Path

import pytest
from claiming import ended, until

from bench.storage import locks
from bench.storage.claims import FOLDER
from bench.storage.locks import LockedError, locked

KINDS = ["flock", "claims", "auto"]


def setting(kind: str) -> None:
    os.environ[locks.VARIABLE] = f"{kind}:60"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locks.VARIABLE, "auto")


def holding(folder: Path, kind: str) -> int:
    """A process that holds the lock by this kind until there is a file `go`; gives its id."""
    if child := os.fork():
        until((folder / "ready").exists)
        return child
    setting(kind)
    with locked(folder / "lock"):
        (folder / "ready").touch()
        until((folder / "go").exists)
    os._exit(0)


@pytest.mark.parametrize(
    ("first", "second"),
    [("auto", "claims"), ("flock", "claims"), ("claims", "flock"), ("claims", "auto")],
)
def test_who_takes_it_by_another_kind_waits(tmp_path: Path, first: str, second: str) -> None:
    child = holding(tmp_path, first)
    setting(second)
    with pytest.raises(LockedError, match=f"process {child}|another process"):
        locked(tmp_path / "lock").__enter__()
    said: list[str] = []
    got = threading.Event()

    def wait() -> None:
        with locked(tmp_path / "lock", said.append):
            got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: bool(said))
    assert not got.wait(0.3)
    (tmp_path / "go").touch()
    assert ended([child]) == [0]
    thread.join(20)
    assert got.is_set()
    (line,) = said
    assert line.startswith("another process is making the same; waiting for it")


def test_many_of_each_kind_are_each_alone(tmp_path: Path) -> None:
    count, several = tmp_path / "count", []
    count.write_text("0")
    for number in range(6):
        if child := os.fork():
            several.append(child)
            continue
        code = 1
        try:
            setting(KINDS[number % len(KINDS)])
            for _ in range(8):
                with locked(tmp_path / "lock", lambda _: None):
                    before = int(count.read_text())
                    time.sleep(random.uniform(0, 0.01))
                    count.write_text(str(before + 1))
            code = 0
        finally:
            os._exit(code)
    assert ended(several) == [0] * 6
    assert count.read_text() == "48"


def test_who_does_not_see_a_flock_is_named_by_who_had_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As a machine that mounts a folder of another one's own disk."""
    monkeypatch.setattr(locks, "is_flocked", lambda _: False)
    with caplog.at_level(logging.WARNING):
        with locked(tmp_path / "lock"):
            assert not (tmp_path / FOLDER).exists()
            child = holding(tmp_path, "claims")
        (tmp_path / "go").touch()
    assert ended([child]) == [0]
    (said,) = caplog.messages
    assert said.startswith(f"{tmp_path / 'lock'}: process {child} on ")
    assert said.endswith("sees no flock of this machine; wanted BENCH_LOCKS=claims on all machines")


@pytest.mark.parametrize("name", ["n" * 250, "ü" * 120])
def test_a_name_may_be_as_long_as_the_file_system_has_it(tmp_path: Path, name: str) -> None:
    setting("claims")
    with locked(tmp_path / name):
        with pytest.raises(LockedError):
            locked(tmp_path / name).__enter__()
        with locked(tmp_path / f"{name[:-1]}x"):
            assert len(list((tmp_path / FOLDER).iterdir())) == 2
