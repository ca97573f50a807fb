"""particle-tokens: particles as numbers, whose set network a language model trains and saves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.token import DedicatedToken
from bench_mlp import MultilayerPerceptron
from bench_particle_tokens import ParticleTokens

import bench
from bench.data.encode import demand_views
from bench.guards.recorder import Recorder
from bench.testing import excerpt

ENCODER = ParticleTokens(most=6, vectors=3, width=8)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def table() -> bench.Table:
    """Real events of both classes, with their particles beside them."""
    return excerpt().take(np.arange(400))


def inputs(table: bench.Table, **views: Any) -> bench.Inputs:
    numbers = ENCODER.encode(table, {})["numbers"]
    return bench.Inputs({"numbers": numbers, **views}, table.y, table.ids, table.weights)


def context(folder: Path, table: bench.Table, **options: Any) -> bench.Context:
    make_stem = bench.ViewModule(ENCODER, "numbers", ENCODER.learn(table))
    given = {"view_modules": {"numbers": make_stem}, **options}
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, **given)


def test_each_jets_hardest_particles_are_numbers(table: bench.Table) -> None:
    numbers = ENCODER.encode(table, {})["numbers"]
    assert numbers.shape == (400, 2 * 6 * 4)
    assert numbers.dtype == np.float32
    logpt, deta, dphi, real = np.moveaxis(numbers.reshape(400, 2, 6, 4), 3, 0)
    wide = ParticleTokens(most=40).encode(table, {})["numbers"].reshape(400, 2, 40, 4)
    assert np.array_equal(wide[:, :, :6], numbers.reshape(400, 2, 6, 4))
    n = np.stack([table.column("j1_n"), table.column("j2_n")], axis=1)
    assert np.array_equal(wide[..., 3].sum(axis=2), n.clip(max=40))
    assert not wide[wide[..., 3] == 0].any()
    assert (np.diff(np.where(real == 1, logpt, -np.inf), axis=2)[real[..., 1:] == 1] <= 0).all()
    assert np.exp(logpt[:, 0, 0]) == pytest.approx(table.column("j1_pt_lead"), rel=0.01)
    assert (np.hypot(deta, dphi) < 1.3).all()
    some = ENCODER.encode(table.take(np.array([9, 4])), {})["numbers"]
    assert np.array_equal(some, numbers[[9, 4]])


def test_the_network_undoes_the_scaling_and_heeds_no_order(table: bench.Table) -> None:
    learned = ENCODER.learn(table)
    numbers = ENCODER.encode(table, {})["numbers"]
    network = ENCODER.view_module("numbers", learned)

    def made(plain: Any) -> Any:
        scaled = (plain - learned["mean"]) / learned["spread"]
        with torch.no_grad():
            return network(torch.from_numpy(scaled.astype(np.float32))).numpy()

    vectors = made(numbers)
    assert vectors.shape == (400, 3 * 8)
    order = np.random.default_rng(0).permutation(6)
    moved = numbers.reshape(400, 2, 6, 4)[:, :, order].reshape(400, -1)
    assert made(moved) == pytest.approx(vectors, abs=1e-4)
    swapped = numbers.reshape(400, 2, 6, 4)[:, ::-1].reshape(400, -1)
    assert not np.allclose(made(swapped), vectors, atol=1e-3)
    nothing = made(np.zeros((2, 48)))
    assert np.isfinite(nothing).all()


def test_its_vectors_tell_events_apart_before_anything_is_trained(table: bench.Table) -> None:
    for encoder in (ENCODER, ParticleTokens(), ParticleTokens(most=1, vectors=1)):
        learned = encoder.learn(table)
        scaled = (encoder.encode(table, {})["numbers"] - learned["mean"]) / learned["spread"]
        state = torch.random.get_rng_state()
        network = encoder.view_module("numbers", learned)
        with torch.no_grad():
            vectors = network(torch.from_numpy(scaled.clip(-10, 10).astype(np.float32)))
        spread = vectors.std(dim=0)
        assert 0.5 < spread.min() <= spread.max() < 5
        torch.random.set_rng_state(state)
        again = encoder.view_module("numbers", learned)
        assert torch.equal(again.pooled_spread, network.pooled_spread)


def test_a_particle_that_is_hardly_ever_missing_is_missed() -> None:
    plain = np.tile(np.float32([2, 0.1, 0.1, 1]), (1000, 2 * 6)).reshape(1000, 48)
    plain[7, 44:] = 0  # the last particle, in one event of a thousand
    spread = plain.std(axis=0)
    learned = {"mean": plain.mean(axis=0), "spread": np.where(spread == 0, 1, spread)}
    scaled = ((plain - learned["mean"]) / learned["spread"]).clip(-10, 10).astype(np.float32)
    network = ENCODER.view_module("numbers", learned)
    real = network._real(torch.from_numpy(scaled)).numpy()
    assert real.sum() == 12 * 1000 - 1
    assert not real[7, 11]


def test_a_perceptron_behind_it_learns(table: bench.Table, tmp_path: Path) -> None:
    from sklearn.metrics import roc_auc_score

    model = MultilayerPerceptron(units=32, layers=1, epochs=30, lr=5e-3, batch=32)
    rows = np.arange(400)
    train, test = table.take(rows[:300]), table.take(rows[300:])
    fitted = model.fit(inputs(train), inputs(test), context(tmp_path, train))
    assert roc_auc_score(test.y, fitted.score(inputs(test))) > 0.75


def test_a_language_model_trains_and_saves_it(table: bench.Table, tmp_path: Path) -> None:
    model = DedicatedToken(units=16, tokens=3, tuning="frozen")
    few = table.take(np.arange(32))
    read = inputs(few, texts=[bench.framed([])] * 32)
    recorder = Recorder(read)
    fitted = model.fit(read, read, context(tmp_path, few, watch=recorder))
    record = recorder.record
    assert record is not None
    mine = {name for name in record.trainable if name.startswith("adapter.stem.")}
    assert len(mine) == 7
    assert mine <= record.moved & record.reached
    saved = tmp_path / "saved"
    saved.mkdir()
    fitted.save(saved)
    again = model.load(saved, context(tmp_path, few))
    scores = again.score(read)
    assert np.array_equal(scores, fitted.score(read))
    for control in (read.permuted("numbers", 0), read.without("numbers")):
        apart = np.abs(again.score(control) - scores)
        assert 1e-3 < apart.max() <= 1


def test_what_is_not_there_is_said(table: bench.Table) -> None:
    with pytest.raises(bench.InputError, match="--set constituents=true"):
        ENCODER.encode(replace(table, beside=()), {})
    with pytest.raises(bench.InputError, match="400 of 400 events are not in it"):
        ENCODER.encode(replace(table, ids=table.ids ^ np.uint64(1)), {})
    with pytest.raises(ValueError, match="constituents"):
        ParticleTokens(most=0)


def test_a_model_without_gradients_is_refused() -> None:
    from bench_gbt import BoostedTrees

    with pytest.raises(bench.RequestError, match=r"particle-tokens has a network .* gbt cannot"):
        demand_views(BoostedTrees(), [ENCODER])
