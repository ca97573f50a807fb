"""What claims are on the disk, what may be left of them, and what the machine may refuse."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from claiming import ended, until

from bench.storage import locks, owner
from bench.storage.claims import FOLDER
from bench.storage.claims_watched import DAY
from bench.storage.holdings import unsealed
from bench.storage.locks import LockLostError, demand_held, locked
from bench.storage.machine import MachineError
from bench.storage.removal import InUseError, remove
from bench.storage.store import LOCKS, Store

LIMIT = 1.0
"""Seconds after which a claim is taken over."""


@pytest.fixture(autouse=True)
def by_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locks.VARIABLE, f"claims:{LIMIT:g}")


def claims(folder: Path) -> list[Path]:
    return list((folder / FOLDER).rglob("*"))


def left_by(folder: Path, name: str, content: bytes = b"") -> Path:
    """What a claim holds that somebody left."""
    file = folder / FOLDER / "lock" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return file


def test_what_nobody_holds_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "lock").mkdir(parents=True)
    with locked(tmp_path / "lock"):  # of one who was killed as he let go
        assert len(claims(tmp_path)) == 2
    said: list[str] = []
    file = left_by(tmp_path, "x", b"half of a")
    with locked(tmp_path / "lock", said.append):
        assert not file.exists()
    assert said == [
        f"another process is making the same; waiting for it (somebody who left {file})",
        f"{file}: no sign of life for 1 s; it is taken over",
    ]
    old = time.time() - DAY - 60
    os.utime(left_by(tmp_path, "x"), (old, old))
    draft = tmp_path / FOLDER / ".lock.0123"
    draft.mkdir()
    os.utime(draft, (old, old))
    with locked(tmp_path / "lock"):
        assert not draft.exists()
    assert claims(tmp_path) == []


def test_a_run_that_is_claimed_is_under_way_and_is_not_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = store.claim("2026-01-01T00:00:00Z", "ab" * 32)
    with store.alone("ab" * 32):
        (one,) = unsealed(store)
        with pytest.raises(InUseError, match=f"has it locked: process {os.getpid()} on .*, since"):
            remove(one)
    assert folder.is_dir()
    (store.root / LOCKS / f"{'ab' * 16}.lock").touch()  # of one that was killed
    (one,) = unsealed(store)
    remove(one)
    assert not folder.exists()


def test_a_claim_that_is_gone_is_lost_whatever_is_raised_for_it(tmp_path: Path) -> None:

    def lost() -> None:
        with locked(tmp_path / "lock"):
            demand_held()
            shutil.rmtree(tmp_path / FOLDER)
            demand_held(surely=False)  # nobody can have taken it over as yet
            with pytest.raises(LockLostError):
                demand_held()
            with locked(tmp_path / "inner"):
                demand_held()  # the last one
            raise ValueError("of what went wrong as it was lost")

    with pytest.raises(LockLostError):
        lost()
    with pytest.raises(ValueError, match="real"), locked(tmp_path / "lock"):
        raise ValueError("real")
    with locked(tmp_path / "lock"):
        pass


def test_an_answer_that_is_lost_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS asks again where no answer comes, and is told that there is nothing to be renamed."""
    rename = Path.rename

    def lost(path: Path, to: Path) -> Path:
        rename(path, to)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))

    monkeypatch.setattr(Path, "rename", lost)
    with locked(tmp_path / "lock"):
        demand_held()
        monkeypatch.undo()
    assert claims(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_what_the_machine_refuses_is_one_line_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(path: Path, *_: object) -> Path:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(MachineError, match=os.strerror(number)), locked(tmp_path / "lock"):
        pass
    monkeypatch.undo()
    assert claims(tmp_path) == []


def test_a_disk_that_does_not_answer_loses_nothing_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with locked(tmp_path / "lock"):
        monkeypatch.setattr("os.utime", refused)
        demand_held()
        time.sleep(LIMIT / 2 + 0.1)
        with pytest.raises(MachineError, match="Input/output error"):
            demand_held(surely=False)
        monkeypatch.undo()
        demand_held()


def test_a_process_is_known_by_more_than_its_number() -> None:
    mine = owner.Owner.here(LIMIT)
    assert mine.is_here()
    assert not mine.ended()
    assert replace(mine, began="1").ended()  # an earlier one had this number
    assert not replace(mine, began="").ended()
    for other in (replace(mine, host="x"), replace(mine, boot="x"), replace(mine, space="x")):
        assert not other.is_here()
    if not (child := os.fork()):
        os._exit(0)
    left = replace(mine, pid=child, began="")
    until(left.ended)  # though its parent has not asked as yet
    ended([child])
    assert left.ended()
