"""deepsets: it learns from sets, in no order; it is saved whole; energy flow is soft-safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_deepsets import DeepSets
from bench_networks.testing import (
    PLACES,
    context,
    one_thread,
    particles,
    scores_afresh,
    unmoved,
)
from sklearn.metrics import roc_auc_score

import bench

QUICK = DeepSets(units=24, latent=16, epochs=15, lr=1e-2, patience=6, batch=64)


@pytest.fixture(autouse=True, scope="module")
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module", params=["particle", "energy"])
def fitted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    model = replace(QUICK, flow=request.param)
    return model.fit(particles(600), particles(200, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_prongs(fitted: Any) -> None:
    test = particles(400, 2)
    scores = fitted.score(test)
    assert scores.shape == (400,)
    assert roc_auc_score(test.y, scores) > 0.95
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("particles", 0))) - 0.5) < 0.1


def test_neither_order_nor_room_nor_other_events_matter(fitted: Any) -> None:
    test = particles(30, 2)
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
    test = particles(40, 2)
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
    test, model = particles(50, 2), replace(QUICK, epochs=2)
    one, same, other = (
        model.fit(particles(200), particles(80, 1), context(tmp_path, s)).score(test)
        for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()


def test_all_of_it_moves(tmp_path: Path) -> None:
    assert not unmoved(QUICK, particles(200), particles(80, 1), tmp_path)


def test_what_its_flow_does_not_read_is_not_missed_and_all_else_is(fitted: Any) -> None:
    from bench.guards.b030_connected import Connected
    from bench.guards.probing import probe

    model = replace(QUICK, flow=fitted.network.shape.flow)
    evidence = probe(model, fitted, particles(40, 2), columns=True)
    assert list(Connected().check(evidence)) == []
    dead = replace(evidence, columns=dict.fromkeys(evidence.columns, evidence.scores))
    (line,) = Connected().check(dead)
    assert ("particles[0]" in line) == (model.flow == "particle")
    assert f"particles[{PLACES['part_deta']}]" in line or "more" in line
    unheard = replace(evidence, shuffled=dict.fromkeys(evidence.shuffled, evidence.scores))
    assert len(list(Connected().check(unheard))) == 2


@pytest.mark.parametrize("view", ["particles", "mask"])
def test_its_control_is_to_permute_particles_as_it_has_nothing_else_to_read(view: str) -> None:
    from bench.data.encode import demand_control

    views = {"particles", "mask", "numbers"}
    demand_control(QUICK, None, "particles", views)
    with pytest.raises(bench.RequestError, match=f"--without {view}: deepsets cannot score"):
        demand_control(QUICK, view, None, views)


def test_a_fresh_process_scores_the_same(fitted: Any, tmp_path: Path) -> None:
    test = particles(50, 2)
    assert (scores_afresh(QUICK, fitted, test, tmp_path) == fitted.score(test)).all()


def test_what_it_cannot_read_is_refused(fitted: Any, tmp_path: Path) -> None:
    few = particles(5, 2)
    given = few.views["particles"]
    with pytest.raises(bench.InputError, match="wanted 11 numbers of each"):
        fitted.score(replace(few, views={**few.views, "particles": given[..., :3]}))
    odd = given.copy()
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
