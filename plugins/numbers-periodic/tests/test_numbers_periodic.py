"""numbers-periodic: its frequencies are trained and saved with the model; trees refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_gbt import BoostedTrees
from bench_llm.nfa import PromptFusion
from bench_llm.prompts.features import FeaturesPrompt
from bench_mlp import MultilayerPerceptron
from bench_numbers_periodic import PeriodicNumbers

import bench
from bench.data.encode import demand_views
from bench.guards.fresh_process import reread
from bench.guards.recorder import Recorder

MODEL = MultilayerPerceptron(units=32, epochs=40, lr=5e-3, patience=8, layers=1)
ENCODER = PeriodicNumbers(frequencies=8)
COLUMNS = tuple(bench.Column(f"c{i}", "1", "for a test") for i in range(3))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def table(n: int, seed: int = 0) -> bench.Table:
    """Signal comes in stripes of the first feature."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    y = (np.sin(5 * x[:, 0]) > 0).astype(np.int8)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x * 100, y, ids, np.ones(n))


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    made = table(n, seed)
    views = ENCODER.encode(made, ENCODER.learn(made))
    return bench.Inputs(views, made.y, made.ids, made.weights)


def context(folder: Path, seed: int = 0, **options: Any) -> bench.Context:
    make_stem = bench.ViewModule(ENCODER, "numbers", ENCODER.learn(table(5)))
    return bench.Context(
        data=folder,
        scratch=folder,
        checkpoints=folder,
        seed=seed,
        **{"view_modules": {"numbers": make_stem}, **options},
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Recorder]:
    recorder = Recorder(inputs(16, 3))
    where = context(tmp_path_factory.mktemp("f"), watch=recorder)
    return MODEL.fit(inputs(2000), inputs(500, 1), where), recorder


def test_stripes_are_learned_that_the_plain_network_does_not_see(
    fitted: tuple[Any, Recorder], tmp_path: Path
) -> None:
    test = inputs(1000, 2)
    plain = MODEL.fit(inputs(2000), inputs(500, 1), context(tmp_path, view_modules={}))
    right = [((model.score(test) > 0.5) == test.y).mean() for model in (plain, fitted[0])]
    assert right[1] > 0.9
    assert right[1] > right[0] + 0.1


def test_the_frequencies_are_trained(fitted: tuple[Any, Recorder]) -> None:
    made, recorder = fitted
    record = recorder.record
    assert record is not None
    name = "stem.frequencies"
    assert name in record.trainable
    assert name in record.reached
    assert name in record.moved
    assert record.optimized[name] == 1
    assert record.dtypes[name] == "float32"
    assert made.network.stem.frequencies.shape == (3, 8)


def test_a_fresh_process_has_them(fitted: tuple[Any, Recorder], tmp_path: Path) -> None:
    saved, work = tmp_path / "saved", tmp_path / "work"
    saved.mkdir()
    work.mkdir()
    fitted[0].save(saved)
    test = inputs(50, 2)
    again, _ = reread(MODEL, saved, test, context(work))
    assert np.array_equal(again, fitted[0].score(test))
    with pytest.raises(bench.RequestError, match="the fit has one True, given False"):
        MODEL.load(saved, context(work, view_modules={}))


def test_the_seed_decides_where_they_start(tmp_path: Path) -> None:
    model, test = replace(MODEL, epochs=1), inputs(50, 2)
    one, same, other = (
        model.fit(inputs(300), inputs(100, 1), context(tmp_path, s)).score(test) for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()


def test_a_model_without_gradients_is_refused() -> None:
    with pytest.raises(bench.RequestError, match=r"numbers-periodic has a network .* gbt cannot"):
        demand_views(BoostedTrees(), [ENCODER])
    demand_views(MODEL, [ENCODER])


@pytest.mark.parametrize("tuning", ["full", "frozen"])
def test_a_language_model_trains_them(tuning: str, tmp_path: Path) -> None:
    model = PromptFusion(units=16, tuning=tuning)
    demand_views(model, [ENCODER, FeaturesPrompt()])
    saved = tmp_path / "saved"
    saved.mkdir()
    few = inputs(32)
    few = replace(few, views={**few.views, "texts": [bench.framed([])] * 32})
    recorder = Recorder(few)
    made = model.fit(few, few, context(tmp_path, watch=recorder))
    name = "adapter.stem.frequencies"
    record = recorder.record
    assert record is not None
    assert record.optimized[name] == 1
    assert {name} <= record.moved & record.reached & set(record.trainable)
    made.save(saved)
    assert np.array_equal(model.load(saved, context(tmp_path)).score(few), made.score(few))
    with pytest.raises(bench.RequestError, match="the fit has one True, given False"):
        model.load(saved, context(tmp_path, view_modules={}))
    plain = tmp_path / "plain"
    plain.mkdir()
    model.fit(few, few, context(plain, view_modules={})).save(plain)
    with pytest.raises(bench.RequestError, match="the fit has one False, given True"):
        model.load(plain, context(tmp_path))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="sigma"):
        PeriodicNumbers(sigma=0)
