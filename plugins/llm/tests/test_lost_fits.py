"""Who stood still in a fit and was taken over leaves alone what the other one writes meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from bench_llm.training import checkpoint, looks
from bench_llm.training.checkpoint import Checkpoints, TrainingState
from bench_llm.training.looks import Looks
from torch import nn, optim

import bench

OTHERS = "what the other one writes"


@pytest.fixture(autouse=True)
def by_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_LOCKS", "claims:1")


def taken_over(folder: Path, *others: str) -> None:
    """Another process has the claim now, and writes into the folder."""
    shutil.rmtree(folder.parent / ".claims")
    for name in others:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
        (folder / name / "file").write_text(OTHERS)


def saving(folder: Path, what: str) -> Any:
    """What writes a checkpoint of step 1, or a look of number 1."""
    network = nn.Linear(2, 1)
    if what == "look":
        return lambda: Looks(folder).keep(1, network, {"step": 1})
    made = Checkpoints(folder, network, optim.AdamW(network.parameters()), lambda _: None)
    return lambda: made.save(TrainingState(step=1))


NAMES = [("checkpoint", "step-00000001"), ("look", "1")]


@pytest.mark.parametrize(("what", "name"), NAMES)
def test_the_others_draft_stays(tmp_path: Path, what: str, name: str) -> None:
    folder = tmp_path / "fit"
    folder.mkdir()
    with bench.locked(tmp_path / "fit.lock"):
        taken_over(folder, f".{name}")
        with pytest.raises(bench.LockLostError):
            saving(folder, what)()
    assert (folder / f".{name}" / "file").read_text() == OTHERS
    assert not (folder / name).exists()


@pytest.mark.parametrize(("what", "name"), NAMES)
def test_what_the_other_has_put_in_place_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, name: str
) -> None:
    folder = tmp_path / "fit"
    folder.mkdir()

    def write(*_: object) -> None:
        taken_over(folder, name)

    monkeypatch.setattr(checkpoint, "state", lambda network: network.state_dict())
    monkeypatch.setattr(checkpoint, "trained", lambda _: {})
    monkeypatch.setattr(checkpoint, "save_file", write)
    monkeypatch.setattr(looks, "save_learned", write)
    with bench.locked(tmp_path / "fit.lock"), pytest.raises(bench.LockLostError):
        saving(folder, what)()
    assert (folder / name / "file").read_text() == OTHERS
