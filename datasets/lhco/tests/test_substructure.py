"""Substructure: jets whose numbers are known by hand, sums done the slow way, and symmetries."""

from __future__ import annotations

from itertools import combinations
from math import cos, cosh, exp, hypot, sinh, sqrt

import numpy as np
import pytest
from bench_lhco.events import Particles, joined
from bench_lhco.features import SETS, STANDARD_COLUMNS, SUBSTRUCTURE_COLUMNS
from bench_lhco.features.correlations import correlations
from bench_lhco.features.groomed import soft_drop
from bench_lhco.features.substructure import substructure_features
from bench_lhco.features.trees import clustered, trees_of
from bench_lhco.jets import Jets, cluster, constituents_of
from bench_lhco.twin.chunks import Chunk, simulate_chunk
from sprays import constituents

NAMES = [column.name for column in SUBSTRUCTURE_COLUMNS]
SECOND = (900.0, 0.3, 3.0)
"""A jet of one particle on the other side."""


def row(*particles: tuple[float, float, float]) -> dict[str, float]:
    values = np.array(particles, dtype=np.float32)
    event = Particles(values, np.array([0, len(values)]))
    x = substructure_features(cluster(event), event)
    assert x.dtype == np.float32
    return dict(zip(NAMES, x[0].tolist(), strict=True))


def mass(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    """Invariant mass of two massless particles."""
    return sqrt(2 * a[0] * b[0] * (cosh(a[1] - b[1]) - cos(a[2] - b[2])))


@pytest.fixture(scope="module")
def simulated() -> Particles:
    kinds = ("background", "signal")
    return joined([simulate_chunk(Chunk("rd", kind, 4, number=0, events=40)) for kind in kinds])


@pytest.fixture(scope="module")
def jets(simulated: Particles) -> Jets:
    return cluster(simulated)


@pytest.fixture(scope="module")
def column(simulated: Particles, jets: Jets) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, substructure_features(jets, simulated).T, strict=True))


def test_the_set_is_the_standard_one_and_more(simulated: Particles, jets: Jets) -> None:
    features = SETS["substructure"]
    assert features.columns == STANDARD_COLUMNS + SUBSTRUCTURE_COLUMNS
    x = features.features(jets, simulated)
    assert x.shape == (80, len(features.columns))
    assert (x[:, :18] == SETS["standard"].features(jets, simulated)).all()
    assert len({c.name for c in features.columns}) == len(features.columns)
    assert {c.group for c in SUBSTRUCTURE_COLUMNS} == {"substructure", "invariants"}


def test_a_jet_of_two_prongs_by_hand() -> None:
    hard, soft = (1200.0, 0.1, 0.0), (400.0, 0.1, 0.4)
    got = row(hard, soft, SECOND)
    assert got["j1_tau1"] == pytest.approx(0.25 * 0.4, rel=1e-3)  # the axis is the harder prong
    assert got["j1_tau21"] == pytest.approx(0, abs=1e-6)
    assert got["j1_tau32"] == 0
    assert got["j1_e2"] == pytest.approx(0.75 * 0.25 * 0.4, rel=1e-5)
    assert got["j1_c2"] == got["j1_d2"] == 0
    assert got["j1_m_sd"] == pytest.approx(mass(hard, soft), rel=1e-5)
    assert got["j1_z_sd"] == pytest.approx(0.25, rel=1e-5)
    assert got["j1_dr_sd"] == pytest.approx(0.4, rel=1e-5)


def test_soft_drop_takes_the_soft_and_wide_away() -> None:
    a, b = (1000.0, 0.0, 0.0), (500.0, 0.3, 0.0)
    haze = [(20.0, -0.6, 0.0), (15.0, 0.1, 0.7), (10.0, 0.0, -0.8)]
    got = row(a, b, *haze, SECOND)
    assert got["j1_m_sd"] == pytest.approx(mass(a, b), rel=1e-5)
    assert got["j1_z_sd"] == pytest.approx(1 / 3, rel=1e-5)
    assert got["j1_dr_sd"] == pytest.approx(0.3, rel=1e-5)
    assert got["m_heavy"] > got["j1_m_sd"] * 1.1  # the jet itself keeps them


def test_a_jet_of_one_prong_has_no_groomed_mass() -> None:
    got = row((1500.0, 0.0, 0.0), (30.0, 0.3, 0.0), (20.0, 0.0, 0.5), (10.0, -0.6, 0.1), SECOND)
    assert got["j1_m_sd"] == got["j1_z_sd"] == got["j1_dr_sd"] == 0
    assert got["j1_tau1"] < 0.05


def test_three_prongs_leave_no_tau3_and_one_particle_leaves_nothing() -> None:
    prongs = [(500.0, 0.0, 0.0), (500.0, 0.4, 0.0), (500.0, 0.2, 0.35)]
    got = row(*prongs, SECOND)
    assert got["j1_tau32"] == pytest.approx(0, abs=1e-6)
    # Two axes leave the shortest side; one is best at the point of least distance from all three.
    assert got["j1_tau21"] == pytest.approx(0.4 / (0.35 + 0.2 * sqrt(3)), rel=1e-3)
    inside = [name for name in NAMES if name.startswith("j2_")]
    assert [got[name] for name in inside] == pytest.approx([0.0] * 9, abs=1e-6)


def test_where_all_particles_coincide_no_ratio_is_defined() -> None:
    got = row(*[(400.0, 0.1, 0.0)] * 4, SECOND)
    assert got["j1_e2"] == pytest.approx(0, abs=1e-7)
    assert got["j1_c2"] == got["j1_d2"] == 0


def test_without_a_second_jet_its_numbers_are_zero() -> None:
    got = row((1200.0, 0.1, 0.0), (400.0, 0.1, 0.4))
    zero = [name for name in NAMES if not name.startswith("j1_") and name != "m_all"]
    assert [got[name] for name in zero] == [0.0] * len(zero)
    assert got["m_all"] == pytest.approx(mass((1200.0, 0.1, 0.0), (400.0, 0.1, 0.4)), rel=1e-5)


def test_an_event_without_jets_has_only_the_mass_of_all() -> None:
    got = row((3.0, 1.0, 0.0), (4.0, -1.0, 2.0))
    assert [name for name, value in got.items() if value] == ["m_all"]


def test_no_events_are_no_rows() -> None:
    none = Particles(np.zeros((0, 3), dtype=np.float32), np.zeros(1, dtype=np.int64))
    assert substructure_features(cluster(none), none).shape == (0, len(NAMES))


def test_energy_correlations_are_the_sums_over_pairs_and_triples(
    simulated: Particles, jets: Jets, column: dict[str, np.ndarray]
) -> None:
    checked = 0
    for i in range(len(jets)):
        inside = constituents(jets, i, 0)
        if not 3 <= len(inside) <= 40:
            continue
        pt, eta, phi = simulated.values[inside].T.astype(np.float64)
        turn = np.abs(np.remainder(phi[:, None] - phi + np.pi, 2 * np.pi) - np.pi)
        apart = np.hypot(eta[:, None] - eta, turn)
        z = pt / pt.sum()
        e2 = sum(z[a] * z[b] * apart[a, b] for a, b in combinations(range(len(z)), 2))
        e3 = sum(
            z[a] * z[b] * z[c] * apart[a, b] * apart[b, c] * apart[a, c]
            for a, b, c in combinations(range(len(z)), 3)
        )
        got = [column[f"j1_{name}"][i] for name in ("e2", "c2", "d2")]
        assert got == pytest.approx([e2, e3 / e2**2, e3 / e2**3], rel=1e-4)
        checked += 1
    assert checked > 10


def test_soft_drop_and_correlations_are_what_fastjet_contrib_gives(
    simulated: Particles, jets: Jets
) -> None:
    _, inside = constituents_of(jets, simulated)
    sequence = clustered(inside, "cambridge")
    theirs = sequence.exclusive_jets_softdrop_grooming(1, beta=0.0, symmetry_cut=0.1, R0=1.0)
    ours = soft_drop(trees_of(sequence, inside.counts), 0.1)
    for name, got in (("m", ours.mass), ("symmetry", ours.share), ("deltaR", ours.apart)):
        expected = np.asarray(theirs[f"{name}softdrop"])
        assert got == pytest.approx(np.maximum(expected, 0), rel=1e-7, abs=1e-3), name
        assert (got > 0).mean() > 0.9
    e2, e3 = correlations(inside)
    c1, c2 = (sequence.exclusive_jets_energy_correlator(1, beta=1, func=f"C{n}") for n in (1, 2))
    assert e2 == pytest.approx(np.asarray(c1), rel=1e-9)
    many = inside.counts > 2
    assert (e3 / e2**2)[many] == pytest.approx(np.asarray(c2)[many], rel=1e-9)


def test_every_node_of_a_tree_is_the_sum_of_its_parents(simulated: Particles, jets: Jets) -> None:
    _, inside = constituents_of(jets, simulated)
    for algorithm in ("cambridge", "kt"):
        trees = trees_of(clustered(inside, algorithm), inside.counts)
        merged = trees.parents[:, 0] >= 0
        pairs = trees.parents[merged]
        assert (trees.p4[pairs].sum(axis=1) == trees.p4[merged]).all()
        assert merged.sum() == (inside.counts - 1).sum()
        assert len(np.unique(pairs)) == pairs.size == (trees.child >= 0).sum()
        assert (trees.child[trees.roots] == -1).all()


def test_invariants_keep_to_their_formulas(
    simulated: Particles, jets: Jets, column: dict[str, np.ndarray]
) -> None:
    both = jets.n_jets >= 2
    e, px, py, pz = (jets.p4[both][..., k] for k in (3, 0, 1, 2))
    product = e.prod(axis=1) - px.prod(axis=1) - py.prod(axis=1) - pz.prod(axis=1)
    assert column["p1_p2"][both] == pytest.approx(np.sqrt(2 * product), rel=1e-5)
    assert (column["m_heavy"] >= column["m_light"]).all()
    assert column["m_heavy"] == pytest.approx(np.where(both, jets.mass.max(axis=1), 0), rel=1e-5)
    pt, eta, phi = simulated.values[: simulated.offsets[1]].T.astype(np.float64)
    total = [np.cosh(eta), np.cos(phi), np.sin(phi), np.sinh(eta)]
    energy, *momentum = ((pt * part).sum() for part in total)
    whole = sqrt(energy**2 - sum(p**2 for p in momentum))
    assert column["m_all"][0] == pytest.approx(whole, rel=1e-5)


def test_the_scattering_angle_is_that_in_the_frame_of_the_two_jets() -> None:
    one, other = (1000.0, 1.3, 0.5), (1000.0, -0.2, 0.5 - np.pi)
    middle = (one[1] + other[1]) / 2  # where the boost has to go for the momenta to balance
    p = [1000 * sinh(one[1] - middle), 1000.0]
    assert row(one, other)["cos_theta_star"] == pytest.approx(abs(p[0]) / hypot(*p), rel=1e-5)
    assert 1000 * exp(0.75) > 2000  # not a small angle


def test_ratios_and_shares_are_in_their_ranges(column: dict[str, np.ndarray]) -> None:
    for jet in ("j1", "j2"):
        for name in ("tau21", "tau32"):
            values = column[f"{jet}_{name}"]
            assert ((values > 0) & (values <= 1.001)).mean() > 0.9
            assert values.max() <= 1.001
        share = column[f"{jet}_z_sd"]
        assert ((share == 0) | ((share >= 0.1) & (share <= 0.5))).all()
        assert (column[f"{jet}_dr_sd"] < 2).all()
    assert (column["j1_m_sd"] <= column["m_heavy"] * 1.001).all()


def test_signal_is_more_two_pronged_and_heavier(column: dict[str, np.ndarray]) -> None:
    background, signal = np.split(column["j1_tau21"], 2)
    assert np.median(signal) < np.median(background)
    background, signal = np.split(column["j1_m_sd"] + column["j2_m_sd"], 2)
    assert np.median(signal) > np.median(background)


@pytest.mark.parametrize("change", ["turned", "mirrored"])
def test_where_an_event_points_does_not_matter(
    change: str, simulated: Particles, column: dict[str, np.ndarray]
) -> None:
    values = simulated.values.copy()
    if change == "turned":
        values[:, 2] = np.remainder(values[:, 2] + 1.234 + np.pi, 2 * np.pi) - np.pi
    else:
        values[:, 1] *= -1
    other = Particles(values, simulated.offsets)
    x = substructure_features(cluster(other), other)
    for i, name in enumerate(NAMES):
        close = np.isclose(x[:, i], column[name], rtol=2e-3, atol=1e-4)
        assert close.mean() > 0.97, name  # a pair at the cut may fall to either side
