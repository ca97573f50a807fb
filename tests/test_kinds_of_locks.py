"""Which locks a folder has: its file system's own, where they hold, else claims."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from claiming import ended, lines, until
from toys import Workplace
from typed import typed

from bench.storage import flocks, locks, mounts, owner
from bench.storage.claims import FOLDER
from bench.storage.locks import NoLocksError, locked
from bench.storage.mounts import file_system, is_shared

HERE = Path(__file__).parent
PROCESSES = 4


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("no compiler for what stands in for flock")
    file = tmp_path_factory.mktemp("library") / "flock.so"
    source = str(HERE / "flock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(file), source, "-ldl"], check=True)
    return file


@pytest.mark.parametrize("how", ["", "lies", "process", "ENOSYS", "ENOLCK"])
def test_whatever_flock_says_one_process_makes_it(tmp_path: Path, library: Path, how: str) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "key.lock").touch()  # of an earlier time, when flock was fine
    (tmp_path / "go").touch()
    surroundings = {"LD_PRELOAD": str(library), "FLOCK": how}
    surroundings["PYTHONPATH"] = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, str(HERE / "claiming.py"), str(tmp_path), "p", str(PROCESSES), ""],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **surroundings},
    )
    assert (done.returncode, done.stderr) == (0, "")
    (maker,) = lines(tmp_path / "made")
    said = [line.split() for line in lines(tmp_path / "ended")]
    assert sorted(line[1] for line in said) == ["found"] * (PROCESSES - 1) + ["made"]
    assert {line[2] for line in said} == {maker}
    assert (tmp_path / "cache" / FOLDER).is_dir() is bool(how)


def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> Path:
    """A folder that lies on a file system of that kind, as far as the system says."""
    folder = tmp_path / "shared folder"
    folder.mkdir()
    point = str(folder).replace(" ", "\\040")
    (tmp_path / "mounts").write_text(
        f"1 1 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / {point} rw shared:1 - {kind} host:/x rw\n"
        f"half a line\n3 1 0:9 / {point}\\040of\\040another rw - tmpfs x rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "mounts")
    return folder


@pytest.mark.parametrize(
    ("kind", "shared"),
    [("nfs4", True), ("lustre", True), ("fuse.sshfs", True), ("xfs", False), ("fuseblk", False)],
)
def test_on_a_file_system_that_machines_share_locks_are_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, shared: bool
) -> None:
    folder = mounted(tmp_path, monkeypatch, kind)
    (folder / "inner").mkdir()
    assert file_system(folder / "inner") == kind
    assert file_system(tmp_path) == "ext4"
    with locked(folder / "inner" / "lock"):
        assert (folder / "inner" / FOLDER / "lock").is_dir() is shared


def test_where_nobody_can_say_what_is_mounted_flock_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "nothing")
    assert not is_shared(file_system(tmp_path))
    with locked(tmp_path / "lock"):
        assert not (tmp_path / FOLDER).exists()


def test_one_that_claims_decides_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a server may have a folder on its own disk that others mount."""
    monkeypatch.setenv(locks.VARIABLE, "claims")
    with locked(tmp_path / "lock"):
        monkeypatch.delenv(locks.VARIABLE)
        with pytest.raises(locks.LockedError, match=f"process {os.getpid()}"):
            locked(tmp_path / "lock").__enter__()


def test_where_flock_has_to_be_it_is_refused_where_it_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locks.VARIABLE, "flock")
    folder = mounted(tmp_path, monkeypatch, "nfs")
    with locked(folder / "lock"):
        assert not (folder / FOLDER).exists()
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    with (
        pytest.raises(NoLocksError, match="flock does not hold there; BENCH_LOCKS=claims does"),
        locked(folder / "lock"),
    ):
        pass


def test_who_has_a_lock_of_the_file_system_is_named(tmp_path: Path) -> None:
    lock, ready = tmp_path / "lock", tmp_path / "ready"
    assert owner.holder(lock) == ""
    if not (child := os.fork()):
        with locked(lock):
            ready.touch()
            until((tmp_path / "go").exists)
        os._exit(0)
    until(ready.exists)
    if who := owner.holder(lock):  # where the system says so
        assert who == f"process {child} on {owner.machine().host}"
    with pytest.raises(locks.LockedError, match=who or "another process"), locked(lock):
        pass
    said: list[str] = []
    thread = threading.Thread(target=lambda: locked(lock, said.append).__enter__())
    thread.start()
    until(lambda: bool(said))
    (tmp_path / "go").touch()
    assert ended([child]) == [0]
    thread.join()
    assert said == [f"another process is making the same; waiting for it{f' ({who})' * bool(who)}"]


def test_without_the_tool_another_python_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    path.touch()
    device = path.stat().st_dev
    for tool in ("flock", ""):
        if not tool:
            monkeypatch.setattr(shutil, "which", lambda _: None)
        monkeypatch.setattr(flocks, "PROVEN", set())
        assert not flocks._holds_between_processes(path, device)  # as nobody has it
        with locked(path):
            assert {device} == flocks.PROVEN


@pytest.mark.parametrize("text", ["soft", "claims:x", "claims:0", "claims:inf", "flock:-1"])
def test_an_unknown_kind_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(locks.VARIABLE, text)
    ended = typed(Workplace.at(tmp_path), "run", "--plugin", "cut", "--dataset", "toy")
    assert ended.code == 2
    assert ended.line == (
        f"bench: BENCH_LOCKS={text}: wanted auto, flock or claims, with seconds of 1 or more after"
        " which a claim is taken over, as claims:180"
    )


def test_a_home_without_locks_does_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Workplace.at(tmp_path)
    run = ("run", "--plugin", "cut", "--dataset", "toy", "--seed")
    assert typed(place, *run, "1").code == 0  # whose lock files stay

    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refused)
    ended = typed(place, *run, "2")
    assert (ended.code, "Warning" in ended.err) == (0, False)
    assert typed(place, "list", "runs").out.count(" ok ") == 2
    last = typed(place, "clean").out.splitlines()[-1]
    kinds = [words.split()[0] for words in last.removeprefix("locks: ").split(", ")]
    assert kinds == ["claims", "claims"]
    assert f"({file_system(tmp_path)}) in {place.home.root}" in last
    monkeypatch.setenv(locks.VARIABLE, "flock")
    ended = typed(place, *run, "3")
    assert ended.code == 2
    assert "No locks available" in ended.line
    assert ended.line.endswith("name another folder with BENCH_HOME")
