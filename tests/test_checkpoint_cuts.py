"""A training that is killed, or whose power is cut, at any point of a checkpoint, loses none."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from bench_llm.training.checkpoint import Checkpoints
from bench_llm.training.looks import Looks
from power import CALLS, Watched, losses, watched
from torch import nn

from bench.storage.history import HISTORY, History

SAVES = 6


class Small(nn.Module):
    """A network whose every checkpoint can be told from the others."""

    adapter = None

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(3, 1)


def checkpoints(folder: Path, looks: Looks | None = None) -> tuple[Checkpoints, Small]:
    network = Small()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    return Checkpoints(folder, network, optimizer, lambda line: None, looks), network


def train(folder: Path, acknowledge: Any) -> None:
    """Some steps, with a checkpoint after each, and one of the same step again."""
    training, network = checkpoints(folder)
    history, state = History(folder), training.restore()
    for step in range(state.step + 1, SAVES + 1):
        loss = network.layer(torch.ones(3)).square().sum()
        training.optimizer.zero_grad()
        loss.backward()
        training.optimizer.step()
        history.log(step, {"loss": float(loss.detach())})
        state.step = step
        training.save(state)
        acknowledge(f"{step} {float(network.layer.bias.detach())!r}")


def lost(folder: Path, what: str) -> bool:
    """Whether a training would go on from an earlier step, from other weights, or lacks losses."""
    step, bias = what.split()
    training, network = checkpoints(folder)
    at = training.restore().step
    rows = [line for line in (folder / HISTORY).read_text().splitlines() if line.endswith("}")]
    logged = {json.loads(line)["step"] for line in rows if line.startswith("{")}
    other = at == int(step) and repr(float(network.layer.bias.detach())) != bias
    return at < int(step) or other or not set(range(1, at + 1)) <= logged


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """The watched training; its file of scalars alone, as none of TensorBoard is read."""
    root = tmp_path_factory.mktemp("training")
    with mock.patch("bench.storage.history._has_tensorboard", bool), watched(root) as made:
        train(root, made.acknowledge)
    return made


@pytest.mark.parametrize(
    ("draws", "most"), [(1, 110), pytest.param(12, 10**9, marks=pytest.mark.slow)]
)
def test_no_power_cut_takes_a_checkpoint(
    seen: Watched, tmp_path: Path, draws: int, most: int
) -> None:
    for moment in seen.moments:  # who has the newest has those before it
        moment.acknowledged = moment.acknowledged[-1:]
    counts = losses(seen, lost, tmp_path / "cut", draws=draws, most=most)
    print(counts)  # noqa: T201
    assert counts["cuts"] > 100
    assert counts["lost"] == 0, counts


def test_the_older_ones_are_there_until_the_newest_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.storage.cache.put_synced", Path.rename)
    monkeypatch.setattr("bench.sync_all", lambda folder: None)
    root = tmp_path / "training"
    root.mkdir()
    with mock.patch("bench.storage.history._has_tensorboard", bool), watched(root) as made:
        train(root, made.acknowledge)
    assert losses(made, lost, tmp_path / "cut", draws=1, most=60)["lost"] > 0


def killed_at(folder: Path, point: int) -> tuple[bool, str]:
    """Train in a process that is killed at a call; whether it was, and what it had acknowledged."""
    folder.mkdir(exist_ok=True)
    said = folder.with_suffix(".said")
    said.touch()
    with warnings.catch_warnings():  # of threads, which the child does not use
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        calls = 0

        def counting(name: str) -> Any:
            real = getattr(os, name)

            def called(*given: Any, **more: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == point:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*given, **more)

            return called

        def acknowledge(what: str) -> None:
            with said.open("a") as stream:
                stream.write(f"{what}\n")

        def opening(event: str, given: Any) -> None:
            nonlocal calls
            if event == "open" and str(given[0]).startswith(str(folder)):
                calls += 1
                if calls == point:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(opening)
        with mock.patch.multiple(os, **{name: counting(name) for name in CALLS}):
            train(folder, acknowledge)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    lines = said.read_text().splitlines()
    return os.WIFSIGNALED(status), lines[-1] if lines else ""


@pytest.mark.parametrize("every", [45, pytest.param(1, marks=pytest.mark.slow)])
def test_no_kill_takes_a_checkpoint(tmp_path: Path, every: int) -> None:
    points, point, alive = 0, 1, False
    whole = tmp_path / "whole"
    assert killed_at(whole, 0)[0] is False
    last = whole.with_suffix(".said").read_text().splitlines()[-1]
    while not alive:
        folder = tmp_path / f"at-{point}"
        was_killed, acknowledged = killed_at(folder, point)
        if was_killed:
            points += 1
            assert not acknowledged or not lost(folder, acknowledged), f"killed at call {point}"
            assert killed_at(folder, 0)[0] is False
            assert not lost(folder, last), f"killed at call {point}"  # the same end
        alive, point = not was_killed, point + every
    print(points, "kills")  # noqa: T201
    assert points >= 100 / every
