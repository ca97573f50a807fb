"""N-subjettiness up to 9: FastJet contrib's own numbers, jets known by hand, and symmetries."""

from __future__ import annotations

import numpy as np
import pytest
from bench_lhco.events import Particles, joined
from bench_lhco.features import SETS, SUBJETTINESS_COLUMNS, subjettiness_features
from bench_lhco.features.subjettiness import BETAS, subjettiness
from bench_lhco.features.trees import clustered
from bench_lhco.jets import Jets, cluster, constituents_of, invariant_mass
from bench_lhco.twin.chunks import Chunk, simulate_chunk

import bench

NAMES = [column.name for column in SUBJETTINESS_COLUMNS]
SECOND = (900.0, 0.3, 3.0)
"""A jet of one particle on the other side."""


def row(*particles: tuple[float, float, float]) -> dict[str, float]:
    values = np.array(particles, dtype=np.float32)
    event = Particles(values, np.array([0, len(values)]))
    x = subjettiness_features(cluster(event), event)
    assert x.dtype == np.float32
    return dict(zip(NAMES, x[0].tolist(), strict=True))


@pytest.fixture(scope="module")
def simulated() -> Particles:
    kinds = ("background", "signal")
    return joined([simulate_chunk(Chunk("rd", kind, 4, number=0, events=40)) for kind in kinds])


@pytest.fixture(scope="module")
def jets(simulated: Particles) -> Jets:
    return cluster(simulated)


def test_the_set_has_the_56_published_observables(simulated: Particles, jets: Jets) -> None:
    features = SETS["subjettiness"]
    assert len(features.columns) == 1 + 2 + 2 * (9 * 3)
    x = features.features(jets, simulated)
    assert x.shape == (80, 57)
    assert np.isfinite(x).all()
    assert NAMES[:4] == ["m_jj", "m_light", "delta_m", "light_tau1_b05"]
    light, heavy = np.sort(jets.mass, axis=1).T
    assert x[:, 1:3] == pytest.approx(np.stack([light, heavy - light], axis=1), abs=1e-2)
    two = jets.n_jets == 2
    assert x[two, 0] == pytest.approx(invariant_mass(jets.p4.sum(axis=1))[two], rel=1e-6)


def test_the_lighter_jet_comes_first_whichever_is_harder(simulated: Particles, jets: Jets) -> None:
    column = dict(zip(NAMES, subjettiness_features(jets, simulated).T, strict=True))
    present, inside = constituents_of(jets, simulated)
    tau21 = np.zeros(2 * len(jets))
    tau21[present] = subjettiness(inside)[:, 1, 1]
    tau21 = tau21.reshape(-1, 2)
    swapped = jets.mass[:, 0] > jets.mass[:, 1]
    assert 10 < swapped.sum() < 70
    light, heavy = np.where(swapped[:, None], tau21[:, ::-1], tau21).T
    assert column["light_tau2_b10"] == pytest.approx(light)
    assert column["heavy_tau2_b10"] == pytest.approx(heavy)


def test_the_published_region_can_be_cut_and_the_mass_left_out(
    simulated: Particles, jets: Jets
) -> None:
    from bench.data.region import part_in
    from bench.encoders.numbers import Numbers
    from bench.storage.region import Region

    x = subjettiness_features(jets, simulated)
    ids = np.arange(80, dtype=np.uint64)
    table = bench.Table(SUBJETTINESS_COLUMNS, x, np.arange(80) // 40, ids, np.ones(80))
    assert 0 < len(part_in(table, Region("m_jj", 3300, 3700))) < 80
    numbers = Numbers(leave_out=("m_jj",)).encode(table, {})["numbers"]
    assert np.array_equal(numbers, x[:, 1:])


@pytest.mark.parametrize("beta", BETAS)
def test_it_is_what_fastjet_contrib_gives_for_kt_axes(
    beta: float, simulated: Particles, jets: Jets
) -> None:
    _, inside = constituents_of(jets, simulated)
    theirs = clustered(inside, "cambridge").njettiness(
        "NormalizedMeasure", "KT_Axes", njets=list(range(1, 10)), beta=beta, R0=1.0
    )
    ours = subjettiness(inside)[:, BETAS.index(beta)]
    assert ours == pytest.approx(np.asarray(theirs), rel=1e-4, abs=1e-6)
    assert np.median(ours[:, 8]) > 1e-4  # there is something to compare


def test_jets_of_few_particles_agree_too(simulated: Particles) -> None:
    counts = np.arange(1, 12)
    begins = simulated.offsets[: len(counts)]
    rows = np.concatenate([a + np.arange(n) for a, n in zip(begins, counts, strict=True)])
    values = simulated.values[rows]
    values[:, 1:] *= 0.1  # a jet, wherever they were
    few = Particles(values, np.concatenate([[0], np.cumsum(counts)]))
    theirs = clustered(few, "cambridge").njettiness(
        "NormalizedMeasure", "KT_Axes", njets=list(range(1, 10)), beta=1.0, R0=1.0
    )
    ours = subjettiness(few)[:, 1]
    assert ours == pytest.approx(np.asarray(theirs), abs=1e-6)
    assert (ours[counts <= 1] == 0).all()
    assert (ours[-1] > 0).all()


def test_two_prongs_by_hand() -> None:
    got = row((1200.0, 0.1, 0.0), (400.0, 0.1, 0.4), SECOND)
    # the axis is the sum of both, a quarter of the way, as both have the same rapidity
    axis = np.arctan2(400 * np.sin(0.4), 1200 + 400 * np.cos(0.4))
    for beta, name in ((0.5, "05"), (1.0, "10"), (2.0, "20")):
        tau = 0.75 * axis**beta + 0.25 * (0.4 - axis) ** beta
        assert got[f"heavy_tau1_b{name}"] == pytest.approx(tau, rel=1e-4)
        assert got[f"heavy_tau2_b{name}"] == 0
    mass = np.sqrt(2 * 1200 * 400 * (1 - np.cos(0.4)))
    assert got["m_light"] == pytest.approx(0, abs=0.5)
    assert got["m_light"] + got["delta_m"] == pytest.approx(mass, rel=1e-5)
    assert [got[name] for name in NAMES if name.startswith("light_tau")] == [0.0] * 27


def test_without_a_second_jet_its_numbers_are_zero() -> None:
    got = row((1200.0, 0.1, 0.0), (400.0, 0.1, 0.4))
    assert [got[name] for name in NAMES if name.startswith(("light", "m_"))] == [0.0] * 29
    assert got["delta_m"] > 100


def test_no_events_are_no_rows_and_no_jets_are_zeros() -> None:
    none = Particles(np.zeros((0, 3), dtype=np.float32), np.zeros(1, dtype=np.int64))
    assert subjettiness_features(cluster(none), none).shape == (0, 57)
    assert set(row((3.0, 1.0, 0.0), (4.0, -1.0, 2.0)).values()) == {0.0}


def test_more_axes_leave_less_and_signal_has_two_prongs(simulated: Particles, jets: Jets) -> None:
    x = subjettiness_features(jets, simulated)
    column = dict(zip(NAMES, x.T, strict=True))
    falls = [
        column[f"light_tau{n}_b10"] >= column[f"light_tau{n + 1}_b10"] - 1e-6 for n in range(1, 9)
    ]
    assert np.mean(falls) > 0.95  # an axis may lie worse than before, seldom
    ratio = column["light_tau2_b10"] / column["light_tau1_b10"]
    background, signal = np.split(ratio, 2)
    assert np.median(signal) < np.median(background)


def test_where_an_event_points_does_not_matter(simulated: Particles, jets: Jets) -> None:
    values = simulated.values.copy()
    values[:, 2] = np.remainder(values[:, 2] + 1.234 + np.pi, 2 * np.pi) - np.pi
    other = Particles(values, simulated.offsets)
    x = subjettiness_features(cluster(other), other)
    close = np.isclose(x, subjettiness_features(jets, simulated), rtol=2e-3, atol=1e-4)
    assert close.mean() > 0.97
