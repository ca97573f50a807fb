"""The view of particles: what each has, where it stands, what it is read from; symmetries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench_lhco.constituents import keep_constituents
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events, Particles, event_ids
from bench_lhco.features import SETS, standard_features
from bench_lhco.jets import Jets, cluster
from bench_lhco.symmetries import ParticleOrder, PhiRotation
from bench_lhco.view.encoder import ParticleView
from sprays import constituents, sprays

import bench
from bench.testing.encoders import reader

EVENTS, MOST = 60, 12
PLACES = {name: place for place, name in enumerate(bench.PARTICLE)}


@pytest.fixture(scope="module")
def events() -> Events:
    padded = sprays(EVENTS)
    padded[7, 1:] = 0  # one particle: no second jet
    return Events(padded, (np.arange(EVENTS) % 2).astype(np.int8))


@pytest.fixture(scope="module")
def jets(events: Events) -> Jets:
    return cluster(events.particles)


@pytest.fixture(scope="module")
def table(events: Events, jets: Jets, tmp_path_factory: pytest.TempPathFactory) -> bench.Table:
    file = tmp_path_factory.mktemp("kept") / "c.parquet"
    particles = events.particles
    ids = event_ids(particles)
    keep_constituents(file, [(ids, events.labels, jets, particles)], others=True)
    x = standard_features(jets, particles).astype(np.float32)
    columns = SETS["standard"].columns
    return bench.Table(columns, x, events.labels, ids, np.ones(EVENTS), beside=(file,))


def encoded(table: bench.Table, **options: int) -> Mapping[str, Any]:
    return ParticleView(**{"most": MOST, **options}).encode(table, {})


def test_each_particle_has_its_momentum_relative_to_its_jet(
    events: Events, jets: Jets, table: bench.Table
) -> None:
    views = encoded(table)
    particles, mask = views["particles"], views["mask"]
    assert particles.shape == (EVENTS, 2 * MOST, len(bench.PARTICLE))
    assert particles.dtype == np.float32
    assert not particles[~mask].any()
    for i in range(EVENTS):
        for jet in range(2):
            inside = events.particles.values[constituents(jets, i, jet)].astype(float)
            inside = inside[np.argsort(-inside[:, 0], kind="stable")][:MOST]
            place = slice(jet * MOST, jet * MOST + len(inside))
            assert mask[i, jet * MOST : (jet + 1) * MOST].sum() == len(inside)
            assert mask[i, place].all()
            got = dict(zip(bench.PARTICLE, particles[i, place].T, strict=True))
            pt, eta, phi = inside.T
            energy, jet_energy = pt * np.cosh(eta), jets.p4[i, jet, 3]
            apart = (phi - jets.phi[i, jet] + np.pi) % (2 * np.pi) - np.pi
            expected = {
                "part_logpt": np.log(pt),
                "part_loge": np.log(energy),
                "part_logptrel": np.log(pt / jets.pt[i, jet]),
                "part_logerel": np.log(energy / jet_energy),
                "part_deltaR": np.hypot(eta - jets.eta[i, jet], apart),
                "part_deta": eta - jets.eta[i, jet],
                "part_dphi": apart,
                "lead_deta": eta - jets.eta[i, 0],
                "in_lead": np.full(len(pt), float(jet == 0)),
                "in_second": np.full(len(pt), float(jet == 1)),
            }
            for name, values in expected.items():
                assert got[name] == pytest.approx(values, abs=2e-4), name
            turns = (got["lead_dphi"] - (phi - jets.phi[i, 0])) / (2 * np.pi)
            assert turns == pytest.approx(np.round(turns), abs=1e-4)
    assert not mask[7, MOST:].any()


def test_the_whole_event_can_be_read(events: Events, jets: Jets, table: bench.Table) -> None:
    views = encoded(table, most=700, others=700)
    counts = views["mask"].sum(axis=1)
    assert (counts == events.particles.counts).all()
    rest = views["mask"][:, 1400:].sum(axis=1)
    assert (rest == events.particles.counts - jets.n_constituents.sum(axis=1)).all()
    assert rest.any()
    outside = views["particles"][:, 1400:][views["mask"][:, 1400:]]
    assert not outside[:, [PLACES["in_lead"], PLACES["in_second"]]].any()
    total = np.exp(views["particles"][..., PLACES["part_logpt"]][views["mask"]]).sum()
    assert total == pytest.approx(events.particles.pt.sum(), rel=1e-4)


def test_events_are_found_by_their_ids_a_batch_at_a_time(
    table: bench.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encoded(table)
    monkeypatch.setattr("bench_lhco.view.kept.BATCH", 7)
    rows = np.array([59, 3, 30, 7])
    some = encoded(table.take(rows))
    for name, view in whole.items():
        assert np.array_equal(some[name], view[rows])
    assert encoded(table.take(rows[:0]))["particles"].shape == (0, 2 * MOST, len(bench.PARTICLE))


def test_what_is_not_kept_is_said(
    events: Events, jets: Jets, table: bench.Table, tmp_path: Path
) -> None:
    with pytest.raises(bench.InputError, match="--set constituents=true"):
        encoded(replace(table, beside=()))
    other = replace(table, ids=table.ids ^ np.uint64(1))
    with pytest.raises(bench.InputError, match="60 of 60 events are not in it"):
        encoded(other)
    bare = tmp_path / "bare.parquet"
    keep_constituents(bare, [(table.ids, events.labels, jets, events.particles)])
    with pytest.raises(bench.InputError, match="--set other_particles=true"):
        encoded(replace(table, beside=(bare,)), others=10)
    with pytest.raises(ValueError, match="constituents=true alone"):
        ResearchAndDevelopment(other_particles=True)
    with pytest.raises(ValueError, match="1 to 700"):
        ParticleView(most=0)


class Turning(ParticleView):
    """Says that it does not change with the azimuth, and gives the leading jet's."""

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        views = dict(super().encode(table, learned))
        views["particles"][:, 0, PLACES["part_dphi"]] = table.column("j1_phi")
        return views


def input_evidence(encoder: bench.Encoder, table: bench.Table, folder: Path) -> bench.InputEvidence:
    inputs = bench.Inputs(encoder.encode(table, {}), table.y, table.ids, table.weights)
    context = bench.Context(folder, folder / "scratch", folder)
    tables = {"train": table, "valid": table, "evaluated": table}
    model, learned = reader(encoder.produces), {encoder.name: {}}
    return bench.InputEvidence(model, [encoder], tables, {}, table, learned, inputs, context)


def test_rotated_events_have_the_same_particles(table: bench.Table, tmp_path: Path) -> None:
    true = input_evidence(ParticleView(most=MOST, others=20), table, tmp_path)
    assert list(PhiRotation().check(true)) == []
    (line,) = PhiRotation().check(input_evidence(Turning(most=MOST), table, tmp_path))
    assert line == "particles gives 60 of 60 events rotated in phi another particles"
    assert not list((tmp_path / "scratch").iterdir())


def test_an_event_without_jets_is_relative_to_itself(tmp_path: Path) -> None:
    values = np.array([[3, 1, 3], [4, -1, 2], [1500, 0.1, 0.5]], dtype=np.float32)
    particles = Particles(values, np.array([0, 2, 3]))  # of the first event no jet has 20 GeV
    jets, ids, y = cluster(particles), event_ids(particles), np.zeros(2, dtype=np.int8)
    assert jets.n_jets.tolist() == [0, 1]
    keep_constituents(tmp_path / "c.parquet", [(ids, y, jets, particles)], others=True)
    x, columns = standard_features(jets, particles), SETS["standard"].columns
    table = bench.Table(columns, x, y, ids, np.ones(2), beside=(tmp_path / "c.parquet",))
    view = ParticleView(most=2, others=3)
    soft = view.encode(table, {})["particles"][0, 4:6]
    assert (soft[:, PLACES["part_logptrel"]] < 0.5).all()  # of their own sum
    assert (soft[:, PLACES["lead_dphi"]] == soft[:, PLACES["part_dphi"]]).all()
    assert list(PhiRotation().check(input_evidence(view, table, tmp_path))) == []


def test_particles_beside_features_without_an_angle_are_rotated_too(
    table: bench.Table, tmp_path: Path
) -> None:
    taus = SETS["subjettiness"].columns
    plain = replace(table, columns=taus, x=np.zeros((EVENTS, len(taus)), np.float32))
    assert list(PhiRotation().check(input_evidence(ParticleView(), plain, tmp_path))) == []
    (line,) = PhiRotation().check(input_evidence(Absolute(most=MOST), plain, tmp_path))
    assert line.startswith("particles gives 60 of 60 events")
    alone = replace(input_evidence(ParticleView(), plain, tmp_path), few=replace(plain, beside=()))
    with pytest.raises(bench.NotApplicableError, match="no feature"):
        list(PhiRotation().check(alone))


class Absolute(ParticleView):
    """Says that it does not change with the azimuth, and gives that of the hardest particle."""

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        views = dict(super().encode(table, learned))
        order = {event.as_py(): i for i, event in enumerate(_kept(table, "event"))}
        phi = [_kept(table, "j1_phi")[order[int(event)]][0].as_py() for event in table.ids]
        views["particles"][:, 0, PLACES["part_dphi"]] = phi
        return views


def _kept(table: bench.Table, column: str) -> Any:
    return pq.read_table(table.beside[0])[column]


class Plain(ParticleView):
    """Declares nothing."""

    symmetries = frozenset()


def test_a_symmetry_is_tried_where_it_is_declared(table: bench.Table, tmp_path: Path) -> None:
    with pytest.raises(bench.NotApplicableError, match="declares"):
        list(PhiRotation().check(input_evidence(Plain(), table, tmp_path)))
    foreign = replace(table, columns=tuple(replace(c, quantity="") for c in table.columns))
    with pytest.raises(bench.NotApplicableError, match="no feature"):
        list(PhiRotation().check(input_evidence(ParticleView(), foreign, tmp_path)))


def test_features_but_for_azimuths_do_not_change_with_it(events: Events) -> None:
    turned = events.padded.copy()
    turned[..., 2] = (turned[..., 2] + 2.0 + np.pi) % (2 * np.pi) - np.pi
    turned[turned[..., 0] == 0] = 0
    for name in ("standard", "substructure"):
        kind = SETS[name]
        before, after = (
            kind.features(kind.jets(e.particles, 1.0, 20.0), e.particles)
            for e in (events, Events(turned, events.labels))
        )
        columns = [i for i, column in enumerate(kind.columns) if column.quantity != "phi"]
        assert len(columns) == len(kind.columns) - 2
        close = np.isclose(before[:, columns], after[:, columns], rtol=2e-3, atol=2e-3)
        assert close.all(axis=1).mean() > 0.95, name  # a tie of the clustering may fall otherwise


def probe_evidence(table: bench.Table, score: Any, *declared: str) -> bench.ProbeEvidence:
    views = encoded(table)
    inputs = bench.Inputs(views, table.y, table.ids, table.weights)
    model = reader(frozenset(views))
    object.__setattr__(model, "symmetries", frozenset(declared))
    scores = score(inputs)
    return bench.ProbeEvidence(model, inputs, scores, scores, {}, score=score)


def test_reordered_particles_have_the_same_score_or_it_is_found(table: bench.Table) -> None:
    def pooled(inputs: bench.Inputs) -> Any:
        return 1 / (1 + np.exp(-inputs.views["particles"].sum(axis=(1, 2), dtype=float) / 1e3))

    def first(inputs: bench.Inputs) -> Any:
        return np.clip(inputs.views["particles"][:, 0, PLACES["part_logpt"]] / 10, 0, 1)

    order = "particle order"
    assert list(ParticleOrder().check(probe_evidence(table, pooled, order))) == []
    (line,) = ParticleOrder().check(probe_evidence(table, first, order))
    assert "events have another score with their particles in another order" in line
    with pytest.raises(bench.NotApplicableError, match="declares no symmetry"):
        list(ParticleOrder().check(probe_evidence(table, first)))
    unscored = replace(probe_evidence(table, first, order), score=None)
    with pytest.raises(bench.NotApplicableError, match="no particles"):
        list(ParticleOrder().check(unscored))
