"""A fresh process that hangs or is killed says so, and is tried once more."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from breaking import (
    Cut,
)

import bench
from bench.guards import fresh_process


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[Any]:
    """Let fresh processes end like this, one after the other; gives those that are left."""
    left = list(answers)

    def ran(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        answer = left.pop(0)
        if answer == "hangs":
            raise subprocess.TimeoutExpired(command, fresh_process.LONGEST)
        if answer == 0:
            np.save(Path(command[-1]) / fresh_process.SCORES, np.array([0.5]))
        return subprocess.CompletedProcess(command, answer, "", "Traceback\nKeyError: 'x'\n")

    monkeypatch.setattr(subprocess, "run", ran)
    return left


def reread(tmp_path: Path) -> list[float]:
    inputs = bench.Inputs(
        {"numbers": np.ones((1, 2))}, np.ones(1, np.int8), np.ones(1, np.uint64), np.ones(1)
    )
    context = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    return list(fresh_process.reread(Cut(), tmp_path, inputs, context)[0])


def test_a_fresh_process_that_takes_too_long_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = answering(monkeypatch, "hangs", 0)
    assert (reread(tmp_path), left) == ([0.5], [])


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["hangs", "hangs"], "took more than 600 s to load and score what was saved, 2 times"),
        ([-9], "killed by SIGKILL, as a machine does that is out of memory"),
        ([-11], "killed by SIGSEGV$"),
        ([-40], "killed by signal 40$"),
        ([fresh_process.OUT_OF_MEMORY], "ran out of memory"),
    ],
    ids=str,
)
def test_a_fresh_process_that_was_cut_off_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[Any], message: str
) -> None:
    left = answering(monkeypatch, *answers)
    with pytest.raises(fresh_process.FreshProcessError, match=message):
        reread(tmp_path)
    assert left == []


def test_what_cannot_be_loaded_is_told_from_what_was_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, 1)
    with pytest.raises(fresh_process.NotRereadError, match="KeyError: 'x'"):
        reread(tmp_path)
