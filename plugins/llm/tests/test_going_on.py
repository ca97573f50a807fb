"""Going on: after an interruption to the very same weights, and from an earlier fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_llm.nfa import PromptFusion
from bench_llm.training import loop
from events import context, inputs

import bench

QUICK: dict[str, Any] = {"units": 16, "epochs": 2}


class StoppedError(Exception):
    """The process ends here."""


@pytest.mark.parametrize(
    "options",
    [{"tuning": "full"}, {"tuning": "lora", "dropout": 0.2}, {"optimizer": "adamw8bit"}],
    ids=["full", "lora with dropout", "adamw8bit"],
)
def test_an_interrupted_fit_goes_on_to_the_very_same_weights(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    model = PromptFusion(base=base, units=80, epochs=3, **options)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    train, valid, test = inputs(200), inputs(100, 1), inputs(50, 2)
    whole = model.fit(train, valid, context(tmp_path / "whole")).score(test)
    seen: list[str] = []
    original = loop._Session._step
    for stop in (4, 9):
        steps = 0

        def step(self: object, rows: object, *, watched: bool, stop: int = stop) -> Any:
            nonlocal steps
            steps += 1
            if steps > stop:
                raise StoppedError
            return original(self, rows, watched=watched)

        with monkeypatch.context() as patch:
            patch.setattr(loop._Session, "_step", step)
            with pytest.raises(StoppedError):
                model.fit(train, valid, context(tmp_path / "cut"))
    again = replace(context(tmp_path / "cut"), notice=seen.append)
    assert (model.fit(train, valid, again).score(test) == whole).all()
    assert "going on from step 13, 368 events seen" in seen  # 7 steps an epoch, one of 8 events


def test_a_damaged_checkpoint_is_passed_over(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = PromptFusion(base=base, **QUICK)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    train, valid, test = inputs(96), inputs(32, 1), inputs(20, 2)
    folder = tmp_path / "fit"
    whole = model.fit(train, valid, context(folder)).score(test)
    steps = sorted(folder.glob("step-*"))
    assert len(steps) == 2
    with (steps[1] / "tensors.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x7f")
    seen: list[str] = []
    again = replace(context(folder), notice=seen.append)
    assert (model.fit(train, valid, again).score(test) == whole).all()
    assert "not what was sealed" in seen[0]


def test_a_fit_goes_on_from_an_earlier_one(base: str, tmp_path: Path) -> None:
    model = PromptFusion(base=base, tuning="lora", **QUICK)
    train, valid, test = inputs(64), inputs(32, 1), inputs(40, 2)
    first = model.fit(train, valid, context(tmp_path / "a"))
    first.save(tmp_path / "a")
    start = replace(context(tmp_path / "b"), warm_start=tmp_path / "a")
    still = replace(model, lr=0.0, adapter_lr=0.0, epochs=1).fit(inputs(64, 3), valid, start)
    assert (still.score(test) == first.score(test)).all()  # the same scaling of the numbers too
    start = replace(start, checkpoints=tmp_path / "c")
    moved = replace(model, lr=1e-3, epochs=1).fit(inputs(64, 3), valid, start)
    assert not np.allclose(moved.score(test), first.score(test))
    for change, part in (({"units": 8}, "adapter"), ({"dropout": 0.5}, "tuning")):
        with pytest.raises(bench.RequestError, match=f"another {part}"):
            replace(model, **change).fit(train, valid, start)
