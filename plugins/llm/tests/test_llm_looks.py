"""Looks at the valid split that are kept: each scores as the network did when it looked."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_llm.fitted import FittedLanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.training import loop
from events import context, inputs

import bench

EVERY: dict[str, Any] = {"units": 16, "epochs": 2, "evaluations": 2, "looks": "all"}
TRAIN, VALID, TEST = inputs(96), inputs(60, 1), inputs(40, 2)
COUNT = 4


class StoppedError(Exception):
    """The process ends here."""


def as_it_was(
    model: bench.Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[FittedLanguageModel, list[np.ndarray]]:
    """A fit that was saved, and what its network gave the test events at each look."""
    given = []
    original = loop._Session._look

    def look(self: loop._Session) -> float:
        auc = original(self)
        given.append(self.training.score(TEST))
        return auc

    with monkeypatch.context() as patch:
        patch.setattr(loop._Session, "_look", look)
        fitted = model.fit(TRAIN, VALID, context(folder))
    (folder / "model").mkdir()
    fitted.save(folder / "model")
    return fitted, given


def scores(model: bench.Model, folder: Path, **scoring: str) -> np.ndarray:
    return replace(model, **scoring).load(folder / "model", context(folder)).score(TEST)


@pytest.mark.parametrize("options", [{"tuning": "full"}, {"tuning": "lora", "dropout": 0.2}])
def test_each_look_scores_as_the_network_did_and_the_best_is_what_a_fit_keeps_anyway(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    model = PromptFusion(base=base, **EVERY, **options)
    fitted, given = as_it_was(model, tmp_path / "all", monkeypatch)
    usual, _ = as_it_was(replace(model, looks="best"), tmp_path / "best", monkeypatch)
    folder = tmp_path / "all"
    assert len(given) == COUNT
    for number, then in enumerate(given, 1):
        assert (scores(model, folder, look=str(number)) == then).all()
    assert len({then.tobytes() for then in given}) == COUNT
    assert (scores(model, folder, look="last") == given[-1]).all()
    assert (scores(model, folder) == fitted.score(TEST)).all()
    assert (usual.score(TEST) == fitted.score(TEST)).all()
    assert not (tmp_path / "best/model/looks").exists()
    assert not (tmp_path / "best/looks").exists()


def test_a_look_says_its_step_its_events_and_its_auc(base: str, tmp_path: Path) -> None:
    history: list[dict[str, float]] = []
    model = PromptFusion(base=base, **EVERY)
    surroundings = replace(
        context(tmp_path), log=lambda step, scalars: history.append({"step": step, **scalars})
    )
    fitted = model.fit(TRAIN, VALID, surroundings)
    (tmp_path / "model").mkdir()
    fitted.save(tmp_path / "model")
    abouts = [
        json.loads((tmp_path / f"model/looks/{n}/look.json").read_text())
        for n in range(1, COUNT + 1)
    ]
    looks = [row for row in history if "valid_auc" in row]
    assert abouts == [{k: row[k] for k in ("step", "events", "valid_auc")} for row in looks]
    best = max(range(COUNT), key=lambda number: abouts[number]["valid_auc"])
    look = model.load(tmp_path / "model", context(tmp_path)).score(TEST)
    assert (look == scores(model, tmp_path, look=str(best + 1))).all()


def test_what_is_loaded_and_saved_again_keeps_its_looks(base: str, tmp_path: Path) -> None:
    model = TextOnly(base=base, epochs=1, looks="all")
    fitted = model.fit(TRAIN, VALID, context(tmp_path))
    (tmp_path / "once").mkdir()
    (tmp_path / "model").mkdir()
    fitted.save(tmp_path / "once")
    shutil.rmtree(tmp_path / "looks")
    model.load(tmp_path / "once", context(tmp_path)).save(tmp_path / "model")
    first = replace(model, look="1").load(tmp_path / "once", context(tmp_path)).score(TEST)
    assert (scores(model, tmp_path, look="1") == first).all()


@pytest.mark.parametrize("damage", [False, True], ids=["sound", "with a damaged look"])
def test_an_interrupted_fit_goes_on_with_all_its_looks(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bool
) -> None:
    model = PromptFusion(base=base, tuning="lora", dropout=0.2, **EVERY | {"evaluations": 3})
    _, whole = as_it_was(model, tmp_path / "whole", monkeypatch)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    folder, original = tmp_path / "cut", loop._Session._step

    def step(self: loop._Session, rows: Any, *, watched: bool) -> Any:
        if self.progress.step == 4:
            raise StoppedError
        return original(self, rows, watched=watched)

    with monkeypatch.context() as patch:
        patch.setattr(loop._Session, "_step", step)
        with pytest.raises(StoppedError):
            model.fit(TRAIN, VALID, context(folder))
    notices: list[str] = []
    if damage:
        (folder / "looks/4/weights.safetensors").write_bytes(b"half")
    fitted = model.fit(TRAIN, VALID, replace(context(folder), notice=notices.append))
    assert ("not what was sealed" in notices[0]) is damage
    assert f"going on from step {3 if damage else 4}" in notices[-1]
    (folder / "model").mkdir()
    fitted.save(folder / "model")
    for number, then in enumerate(whole, 1):
        assert (scores(model, folder, look=str(number)) == then).all()
    assert (fitted.score(TEST) == scores(model, tmp_path / "whole")).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"look": "0"}, "wanted best, last or a number from 1 on"),
        ({"look": "worst"}, "look=worst: wanted best, last or a number"),
        ({"look": "5"}, "look=5: a training of so many epochs has 4 looks at most"),
        ({"look": "2", "looks": "best"}, "keeps the best look alone without looks=all"),
        ({"look": "last", "looks": "best"}, "keeps the best look alone without looks=all"),
    ],
)
def test_a_look_that_no_such_fit_has_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PromptFusion(**EVERY | options)


def test_a_look_beyond_those_that_a_fit_came_to_is_refused(base: str, tmp_path: Path) -> None:
    model = TextOnly(base=base, epochs=2, evaluations=5, looks="all")
    fitted = model.fit(inputs(40), VALID, context(tmp_path))  # two steps an epoch
    (tmp_path / "model").mkdir()
    fitted.save(tmp_path / "model")
    with pytest.raises(bench.RequestError, match="look=10: this fit has 4 looks"):
        scores(model, tmp_path, look="10")


@pytest.mark.parametrize("tuning", ["full", "lora"])
def test_the_size_of_a_fit_with_all_looks_is_told_before_it(
    base: str, tmp_path: Path, tuning: Any
) -> None:
    model = PromptFusion(base=base, tuning=tuning, **EVERY)
    told = model.fit_size(inputs(8), context(tmp_path))
    fitted = model.fit(TRAIN, VALID, context(tmp_path))
    (tmp_path / "model").mkdir()
    fitted.save(tmp_path / "model")
    weights = sum(f.stat().st_size for f in (tmp_path / "model").rglob("*.safetensors"))
    assert told == pytest.approx(weights, rel=0.1)
    assert told < weights  # each file begins with a table of its tensors
    assert replace(model, looks="best").fit_size(inputs(8), context(tmp_path)) is None
