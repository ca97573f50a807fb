"""part: weaver's Particle Transformer on both jets; in no order; pairs see both jets' masses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_networks.testing import (
    PLACES,
    context,
    one_thread,
    particles,
    scores_afresh,
    unmoved,
)
from bench_part import ParT
from sklearn.metrics import roc_auc_score

import bench

QUICK = ParT(epochs=6, lr=5e-3, patience=6, batch=32)


@pytest.fixture(autouse=True, scope="module")
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return QUICK.fit(particles(400), particles(100, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_prongs(fitted: Any) -> None:
    test = particles(300, 2)
    scores = fitted.score(test)
    assert scores.shape == (300,)
    assert roc_auc_score(test.y, scores) > 0.95
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("particles", 0))) - 0.5) < 0.15


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


def test_an_event_without_particles_has_a_score(fitted: Any) -> None:
    test = particles(4, 2)
    views = {name: view.copy() for name, view in test.views.items()}
    views["mask"][2], views["particles"][2] = False, 0
    assert np.isfinite(fitted.score(replace(test, views=views))).all()
    assert np.isfinite(fitted.score(replace(test, views=views).take(np.array([2])))).all()


def test_masses_of_pairs_are_those_of_the_event() -> None:
    from bench_part.network import momenta
    from weaver.nn.model.ParticleTransformer import pairwise_lv_fts_pp

    pt, eta, phi = (torch.tensor([[v]]) for v in ([40.0, 30.0], [0.5, -1.0], [0.3, 2.9]))
    pair = torch.zeros(1, 2, len(bench.PARTICLE))
    pair[..., PLACES["part_logpt"]] = pt[0].log()
    pair[..., PLACES["lead_deta"]] = eta[0] - 0.7
    pair[..., PLACES["lead_dphi"]] = phi[0] - 1.1
    made = momenta(pair, torch.ones(1, 2, dtype=torch.bool)).double()
    features = pairwise_lv_fts_pp(made[..., :1], made[..., 1:])
    mass = 2 * 40 * 30 * (np.cosh(1.5) - np.cos(2.6))
    assert float(features[0, 3, 0]) == pytest.approx(np.log(mass), abs=1e-5)


@pytest.mark.parametrize(("size", "millions"), [("tiny", 0.045), ("small", 0.34), ("paper", 2.14)])
def test_the_papers_size_is_the_papers(size: str, millions: float) -> None:
    from bench_part.network import EventTransformer

    network = EventTransformer(len(bench.PARTICLE), size, 0.1)
    count = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert count == pytest.approx(millions, rel=0.01)


def test_the_seed_decides_and_nothing_outside_of_it(tmp_path: Path) -> None:
    state = torch.random.get_rng_state()
    test, model = particles(50, 2), replace(QUICK, epochs=1, dropout=0.1)
    one, same, other = (
        model.fit(particles(100), particles(40, 1), context(tmp_path, s)).score(test)
        for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()
    assert torch.equal(torch.random.get_rng_state(), state)


def test_all_of_it_moves(tmp_path: Path) -> None:
    assert not unmoved(QUICK, particles(100), particles(40, 1), tmp_path)


def test_a_fresh_process_scores_the_same(fitted: Any, tmp_path: Path) -> None:
    test = particles(50, 2)
    assert (scores_afresh(QUICK, fitted, test, tmp_path) == fitted.score(test)).all()


def test_what_it_cannot_read_is_refused(fitted: Any, tmp_path: Path) -> None:
    few = particles(5, 2)
    given = few.views["particles"]
    with pytest.raises(bench.InputError, match="wanted 11 numbers of each"):
        fitted.score(replace(few, views={**few.views, "particles": given[..., :3]}))
    with pytest.raises(bench.InputError, match="one class"):
        QUICK.fit(replace(few, y=np.ones(5, np.int8)), few, context(tmp_path))
    with pytest.raises(ValueError, match="dropout"):
        ParT(dropout=1.0)
