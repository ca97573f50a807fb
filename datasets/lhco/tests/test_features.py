"""Features: the numbers by hand, the physics identities, the missing jet, the diary's way."""

from math import cos, cosh, hypot, pi, sqrt

import numpy as np
import pytest
from bench_lhco.events import Particles, joined
from bench_lhco.features import DIARY_COLUMNS, SETS, STANDARD_COLUMNS, standard_features
from bench_lhco.jets import Jets, cluster, invariant_mass
from bench_lhco.twin.chunks import Chunk, simulate_chunk
from sprays import constituents

NAMES = [column.name for column in STANDARD_COLUMNS]
# Two jets of two particles each, and one soft particle that makes no jet.
A = [(1000.0, 0.5, 0.3), (300.0, 0.6, 0.5)]
B = [(800.0, -0.2, -2.8), (450.0, -0.1, -2.6)]
SOFT = [(5.0, 3.0, 1.0)]


def event(*particles: tuple[float, float, float]) -> Particles:
    return Particles(np.array(particles, dtype=np.float32), np.array([0, len(particles)]))


def by_hand(pair: list[tuple[float, float, float]]) -> dict[str, float]:
    """Kinematics of two massless particles, each quantity by its own textbook formula."""
    (pt1, eta1, phi1), (pt2, eta2, phi2) = pair
    pt = sqrt(pt1**2 + pt2**2 + 2 * pt1 * pt2 * cos(phi1 - phi2))
    return {
        "pt": pt,
        "eta": np.arcsinh((pt1 * np.sinh(eta1) + pt2 * np.sinh(eta2)) / pt),
        "phi": np.angle(pt1 * np.exp(1j * phi1) + pt2 * np.exp(1j * phi2)),
        "e": pt1 * cosh(eta1) + pt2 * cosh(eta2),
        "m": sqrt(2 * pt1 * pt2 * (cosh(eta1 - eta2) - cos(phi1 - phi2))),
        "n": 2,
        "pt_lead": max(pt1, pt2),
    }


def row(particles: Particles, **options: float) -> dict[str, float]:
    x = standard_features(cluster(particles, **options), particles)
    assert x.dtype == np.float32
    return dict(zip(NAMES, x[0].tolist(), strict=True))


@pytest.fixture(scope="module")
def simulated() -> Particles:
    kinds = ("background", "signal")
    return joined([simulate_chunk(Chunk("rd", kind, 3, number=0, events=40)) for kind in kinds])


def diary(particles: Particles) -> np.ndarray:
    """The diary's numbers of its own jets, whatever radius and cut are asked for."""
    features = SETS["diary"]
    return features.features(features.jets(particles, 0.4, 5.0), particles)


def test_the_columns_are_in_the_agreed_order() -> None:
    jet = ["pt", "eta", "phi", "e", "m", "n", "pt_lead"]
    assert [
        *(f"j1_{name}" for name in jet),
        *(f"j2_{name}" for name in jet),
        "has_j2",
        "dr_jj",
        "n_particles",
        "m_jj",
    ] == NAMES
    units = {column.name: column.unit for column in STANDARD_COLUMNS}
    assert {units[n] for n in ("j1_pt", "j2_e", "j1_m", "j2_pt_lead", "m_jj")} == {"GeV"}
    assert all(column.meaning for column in STANDARD_COLUMNS)


def test_an_event_by_hand() -> None:
    got = row(event(*SOFT, *B, *A))
    for prefix, pair in (("j1", A), ("j2", B)):
        for name, value in by_hand(pair).items():
            assert got[f"{prefix}_{name}"] == pytest.approx(value, rel=2e-6), name
    first, second = by_hand(A), by_hand(B)
    between = first["phi"] - second["phi"]
    assert 3 < between < pi
    assert got["dr_jj"] == pytest.approx(hypot(first["eta"] - second["eta"], between), rel=1e-6)
    assert got["n_particles"] == 5
    assert got["has_j2"] == 1
    pairs = [(p, q) for i, p in enumerate(A + B) for q in (A + B)[:i]]
    squared = sum(2 * p[0] * q[0] * (cosh(p[1] - q[1]) - cos(p[2] - q[2])) for p, q in pairs)
    assert got["m_jj"] == pytest.approx(sqrt(squared), rel=1e-6)


def test_the_distance_goes_the_short_way_round() -> None:
    got = row(event((500.0, 0.0, 3.1), (400.0, 1.5, -3.1)))
    assert got["dr_jj"] == pytest.approx(hypot(1.5, 2 * pi - 6.2), rel=1e-6)


def test_without_a_second_jet_its_columns_are_zero_and_the_flag_says_so() -> None:
    got = row(event(*A, *SOFT))
    assert got["has_j2"] == 0
    assert [got[name] for name in NAMES if name.startswith("j2_")] == [0.0] * 7
    assert got["dr_jj"] == got["m_jj"] == 0
    assert got["j1_pt"] == pytest.approx(by_hand(A)["pt"])
    assert got["n_particles"] == 3


def test_a_second_jet_under_the_cut_is_no_jet() -> None:
    particles = event(*A, *B)
    assert row(particles)["has_j2"] == 1
    assert row(particles, min_pt=1260.0)["has_j2"] == 0


def test_m_jj_is_the_invariant_mass_of_the_two_jets_on_every_event(simulated: Particles) -> None:
    jets = cluster(simulated)
    x = standard_features(jets, simulated)
    assert (x[:, NAMES.index("has_j2")] == 1).sum() > 70
    for i in np.flatnonzero(jets.n_jets >= 2):
        places = np.concatenate([constituents(jets, i, 0), constituents(jets, i, 1)])
        used = simulated.values[places].astype(np.float64)
        pt, eta, phi = used.T
        total = [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
        e, px, py, pz = (float(c.sum()) for c in total)
        mass = sqrt(e**2 - px**2 - py**2 - pz**2)
        assert x[i, NAMES.index("m_jj")] == pytest.approx(mass, rel=1e-6)


def test_features_of_simulated_events_are_finite_and_sane(simulated: Particles) -> None:
    x = standard_features(cluster(simulated), simulated)
    column = {name: x[:, i] for i, name in enumerate(NAMES)}
    assert np.isfinite(x).all()
    assert (column["j1_pt"] >= column["j2_pt"]).all()
    assert (column["j1_m"] < column["j1_e"]).all()
    assert (column["j1_pt_lead"] <= column["j1_pt"] * (1 + 1e-6)).all()
    assert (column["j1_n"] + column["j2_n"] <= column["n_particles"]).all()


def test_the_diary_by_hand() -> None:
    first, second = by_hand(B), by_hand(A)  # fastjet gives the softer jet first
    assert first["pt"] < second["pt"]
    got = diary(event(*A, *SOFT, *B))
    scales = {"pt": 1000, "eta": 1, "phi": 1, "e": 1000, "m": 100, "n": 100, "pt_lead": 1000}
    expected = [jet[name] / scale for jet in (first, second) for name, scale in scales.items()]
    expected += [5 / 200, (first["m"] + second["m"]) / 1000]
    assert got.shape == (1, 16)
    assert got[0] == pytest.approx(expected, rel=2e-6)


def test_the_diary_loses_a_jet_under_the_trigger_cut() -> None:
    soft_b = [(pt * 0.9, eta, phi) for pt, eta, phi in B]
    assert by_hand(soft_b)["pt"] < 1200
    got = dict(
        zip(
            [column.name for column in DIARY_COLUMNS],
            diary(event(*soft_b, *A))[0].tolist(),
            strict=True,
        )
    )
    assert got["diary_j1_pt_tev"] == pytest.approx(by_hand(A)["pt"] / 1000)
    assert [value for name, value in got.items() if name.startswith("diary_j2")] == [0.0] * 7
    assert got["diary_m_sum_tev"] == pytest.approx(by_hand(A)["m"] / 1000)
    assert got["diary_n_particles_200"] == pytest.approx(4 / 200)


def test_the_event_that_the_diary_prints() -> None:
    """Its M_jj is the sum of the masses; the invariant mass of those jets is 3372 GeV."""
    pt, eta = np.array([1306.574078, 1411.570999]), np.array([1.0441122764, -0.2765506225])
    phi = np.array([-0.4744111075, 2.7480957547])
    energy, mass = np.array([2124.157229, 1468.923216]), np.array([401.501219, 94.279250])
    p4 = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), energy], axis=1)
    jets = Jets(
        p4=p4[np.newaxis],
        n_constituents=np.array([[0, 0]]),
        members=np.zeros(0, dtype=np.int64),
        offsets=np.zeros(3, dtype=np.int64),
        n_jets=np.array([2]),
    )
    assert jets.mass[0] == pytest.approx(mass, rel=1e-5)
    assert jets.mass.sum() == pytest.approx(495.78, abs=0.01)
    x = standard_features(jets, event((0.0, 0.0, 0.0)))
    assert x[0, NAMES.index("m_jj")] == pytest.approx(3372, abs=1)
    assert invariant_mass(p4.sum(axis=0)) == pytest.approx(3372, abs=1)
