"""deepsets: it learns from sets, in no order; it is saved whole; energy flow is soft-safe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_deepsets import DeepSets
from sklearn.metrics import roc_auc_score

import bench

QUICK = DeepSets(units=24, latent=16, epochs=15, lr=1e-2, patience=6, batch=64)
PLACES = {name: place for place, name in enumerate(bench.PARTICLE)}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def inputs(n: int, seed: int = 0, p: int = 10) -> bench.Inputs:
    """Signal has jets of two prongs, on either side of the axis; p particles a jet at most."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    mask = np.arange(2 * p) % p < rng.integers(3, p + 1, size=(n, 1))
    particles = rng.normal(0, 0.1, size=(n, 2 * p, len(bench.PARTICLE)))
    side = rng.choice([-1, 1], size=(n, 2 * p))
    deta = rng.normal(0, 0.1, size=(n, 2 * p)) + 0.3 * side * y[:, None]
    particles[..., PLACES["part_deta"]] = deta
    particles[..., PLACES["part_logptrel"]] = -np.log(mask.sum(axis=1) / 2)[:, None]
    particles[..., PLACES["in_lead"]] = np.arange(2 * p) < p
    particles[..., PLACES["in_second"]] = np.arange(2 * p) >= p
    particles[~mask] = 0
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    views = {"particles": particles.astype(np.float32), "mask": mask}
    return bench.Inputs(views, y, ids, np.ones(n))


def context(folder: Path, seed: int = 0, **options: Any) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, seed=seed, **options)


@pytest.fixture(scope="module", params=["particle", "energy"])
def fitted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    model = replace(QUICK, flow=request.param)
    return model.fit(inputs(600), inputs(200, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_prongs(fitted: Any) -> None:
    test = inputs(400, 2)
    scores = fitted.score(test)
    assert scores.shape == (400,)
    assert roc_auc_score(test.y, scores) > 0.95
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("particles", 0))) - 0.5) < 0.1


def test_neither_order_nor_room_nor_other_events_matter(fitted: Any) -> None:
    test = inputs(30, 2)
    scores = fitted.score(test)
    order = np.random.default_rng(0).permutation(20)
    moved = {name: view[:, order] for name, view in test.views.items()}
    assert fitted.score(replace(test, views=moved)) == pytest.approx(scores, abs=1e-5)
    wider = {
        "particles": np.pad(test.views["particles"], ((0, 0), (0, 9), (0, 0))),
        "mask": np.pad(test.views["mask"], ((0, 0), (0, 9))),
    }
    assert fitted.score(replace(test, views=wider)) == pytest.approx(scores, abs=1e-5)
    alone = [fitted.score(test.take(np.array([i])))[0] for i in range(30)]
    assert alone == pytest.approx(scores, abs=1e-5)


def test_a_soft_particle_changes_nothing_in_an_energy_flow(fitted: Any) -> None:
    test = inputs(40, 2)
    views = {name: view.copy() for name, view in test.views.items()}
    free = ~views["mask"][:, 9]
    views["mask"][free, 9] = True
    views["particles"][free, 9] = 0.2
    views["particles"][free, 9, PLACES["part_logptrel"]] = -25
    for name, value in (("in_lead", 1), ("in_second", 0)):
        views["particles"][free, 9, PLACES[name]] = value
    apart = np.abs(fitted.score(replace(test, views=views)) - fitted.score(test))[free].max()
    assert (apart < 1e-6) == (fitted.network.shape.flow == "energy")


def test_the_seed_decides(tmp_path: Path) -> None:
    test, model = inputs(50, 2), replace(QUICK, epochs=2)
    one, same, other = (
        model.fit(inputs(200), inputs(80, 1), context(tmp_path, s)).score(test) for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()


def test_the_guards_see_all_of_it_move(tmp_path: Path) -> None:
    from bench.guards.recorder import Recorder

    recorder = Recorder(inputs(20, 3))
    watched = replace(QUICK, epochs=2).fit(
        inputs(200), inputs(80, 1), context(tmp_path, watch=recorder)
    )
    record = recorder.record
    assert record is not None
    assert record.trainable == sorted(name for name, _ in watched.network.named_parameters())
    assert record.moved == record.reached == set(record.trainable)


def test_what_its_flow_does_not_read_is_not_missed_and_all_else_is(fitted: Any) -> None:
    from bench.guards.b030_connected import Connected
    from bench.guards.probing import probe

    model = replace(QUICK, flow=fitted.network.shape.flow)
    evidence = probe(model, fitted, inputs(40, 2), columns=True)
    assert list(Connected().check(evidence)) == []
    dead = replace(evidence, columns=dict.fromkeys(evidence.columns, evidence.scores))
    (line,) = Connected().check(dead)
    assert ("particles[0]" in line) == (model.flow == "particle")
    assert f"particles[{PLACES['part_deta']}]" in line or "more" in line
    unheard = replace(evidence, shuffled=dict.fromkeys(evidence.shuffled, evidence.scores))
    assert len(list(Connected().check(unheard))) == 2


def test_a_fresh_process_scores_the_same(fitted: Any, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"form.json", "weights.safetensors"}
    test = inputs(50, 2)
    np.savez(tmp_path / "views.npz", allow_pickle=False, **test.views)
    code = (
        "import sys, numpy as np, bench; from pathlib import Path;"
        "from bench_deepsets import DeepSets; f = Path(sys.argv[1]);"
        "v = dict(np.load(f / 'views.npz')); c = bench.Context(f, f, f); n = len(v['mask']);"
        "y, ids, weights = np.zeros(n, 'i1'), np.arange(n).astype('u8'), np.ones(n);"
        "np.save(f / 's.npy', DeepSets().load(f, c).score(bench.Inputs(v, y, ids, weights)))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)
    assert (np.load(tmp_path / "s.npy") == fitted.score(test)).all()


def test_what_it_cannot_read_is_refused(fitted: Any, tmp_path: Path) -> None:
    few = inputs(5, 2)
    particles = few.views["particles"]
    with pytest.raises(bench.InputError, match="wanted 11 numbers of each"):
        fitted.score(replace(few, views={**few.views, "particles": particles[..., :3]}))
    odd = particles.copy()
    odd[3, 0, 0] = np.nan
    with pytest.raises(bench.InputError, match="1 of 5 events"):
        fitted.score(replace(few, views={**few.views, "particles": odd}))
    with pytest.raises(bench.InputError, match="one class"):
        QUICK.fit(replace(few, y=np.ones(5, np.int8)), few, context(tmp_path))
    with pytest.raises(ValueError, match="dropout"):
        DeepSets(dropout=1.0)


def test_damaged_weights_are_refused(fitted: Any, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    fitted.save(tmp_path)
    file = tmp_path / "weights.safetensors"
    tensors = load_file(file)
    del tensors["scaler.mean"]
    save_file(tensors, file)
    with pytest.raises(bench.DamagedError, match=r"scaler\.mean"):
        QUICK.load(tmp_path, context(tmp_path))
