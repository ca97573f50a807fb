"""Jets: against fastjet's own one-event interface, their order, their constituents."""

import subprocess
import sys

import numpy as np
import pytest
from bench_lhco.clustering import massless, summed
from bench_lhco.events import Particles, ends, flat, within
from bench_lhco.jets import Jets, cluster, invariant_mass
from sprays import constituents, sprays


def toy(n: int) -> Particles:
    return flat(sprays(n))


def taken(particles: Particles, rows: list[int]) -> Particles:
    """These events."""
    chosen = np.array(rows, dtype=np.int64)
    places = within(particles.offsets, chosen)
    return Particles(particles.values[places], ends(particles.counts[chosen]))


def each(particles: Particles) -> list[np.ndarray]:
    """The particles of each event: (k, 3) each."""
    return np.split(particles.values, particles.offsets[1:-1])


def four_momenta(rows: np.ndarray) -> np.ndarray:
    pt, eta, phi = rows.astype(np.float64).T
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta)], 1)


def one_by_one(event: np.ndarray, radius: float, min_pt: float) -> np.ndarray:
    """All jets of an event by fastjet's classic interface, hardest first: (k, 4)."""
    import fastjet

    fastjet.ClusterSequenceArea.set_fastjet_banner_stream(None)
    particles = [fastjet.PseudoJet(*p) for p in four_momenta(event)]
    sequence = fastjet.ClusterSequence(
        particles, fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    )
    momenta = [(j.px(), j.py(), j.pz(), j.e()) for j in sequence.inclusive_jets(min_pt)]
    momenta.sort(key=lambda p: -np.hypot(p[0], p[1]))
    return np.array(momenta).reshape(-1, 4)


@pytest.mark.parametrize(("radius", "min_pt"), [(1.0, 20.0), (0.5, 100.0)])
def test_the_leading_jets_are_those_of_the_classic_interface(radius: float, min_pt: float) -> None:
    events = toy(20)
    jets = cluster(events, radius, min_pt)
    for i, event in enumerate(each(events)):
        expected = one_by_one(event, radius, min_pt)
        assert jets.n_jets[i] == len(expected)
        assert len(expected) > 1
        assert jets.p4[i] == pytest.approx(expected[:2], rel=1e-9, abs=1e-6)


def test_jets_are_ordered_by_pt_where_fastjet_does_not() -> None:
    events = toy(200)
    as_found = cluster(events, hardest_first=False)
    assert (as_found.pt[:, 0] < as_found.pt[:, 1]).any()
    jets = cluster(events)
    assert (jets.pt[:, 0] >= jets.pt[:, 1]).all()


def test_the_constituents_sum_to_their_jet() -> None:
    events = toy(50)
    jets = cluster(events)
    for i in range(len(events)):
        for j in range(2):
            rows = constituents(jets, i, j)
            assert len(rows) == jets.n_constituents[i, j] > 0
            assert (rows >= events.offsets[i]).all()
            assert (rows < events.offsets[i + 1]).all()
            total = four_momenta(events.values[rows]).sum(axis=0)
            assert total == pytest.approx(jets.p4[i, j], rel=1e-12, abs=1e-9)
        assert not set(constituents(jets, i, 0)) & set(constituents(jets, i, 1))


def test_angles_and_mass_are_those_of_the_summed_momentum() -> None:
    jets = cluster(toy(20))
    px, py, pz, e = np.moveaxis(jets.p4, -1, 0)
    p = np.sqrt(px**2 + py**2 + pz**2)
    assert jets.eta == pytest.approx(np.arctanh(pz / p), rel=1e-9)
    assert jets.phi == pytest.approx(np.arctan2(py, px))
    assert jets.mass == pytest.approx(np.sqrt(e**2 - p**2), rel=1e-6)


def same(a: Jets, b: Jets) -> bool:
    names = ("p4", "n_constituents", "members", "offsets", "n_jets")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_an_event_has_the_same_jets_whatever_events_are_beside_it() -> None:
    events = toy(10)
    whole = cluster(events)
    for i in range(10):
        alone = cluster(taken(events, [i]))
        assert np.array_equal(alone.p4[0], whole.p4[i])
        assert np.array_equal(
            constituents(alone, 0, 1) + events.offsets[i], constituents(whole, i, 1)
        )


def test_events_without_jets_and_no_events() -> None:
    events = toy(3)
    soft = np.array([[1.0, 0.0, 0.0]], dtype=np.float32)
    first, _, last = each(events)
    offsets = np.cumsum([0, len(first), 1, len(last)])
    jets = cluster(Particles(np.concatenate([first, soft, last]), offsets))
    assert jets.n_jets[1] == 0
    assert not jets.p4[1].any()
    assert not jets.mass[1].any()
    assert not jets.eta[1].any()
    assert np.array_equal(jets.p4[[0, 2]], cluster(taken(events, [0, 2])).p4)
    assert len(cluster(taken(events, []))) == 0
    assert not cluster(events, min_pt=1e6).n_jets.any()


def test_clustering_twice_gives_equal_bytes() -> None:
    events = toy(20)
    assert same(cluster(events), cluster(events))


def test_momenta_are_summed_group_by_group() -> None:
    events = toy(2)
    momenta = four_momenta(events.values)
    members = np.array([4, 1, 7, 2, 2])
    got = summed(massless(events), members, np.array([0, 0, 3, 3, 5]))
    expected = [momenta[[4, 1, 7]].sum(axis=0), 2 * momenta[2]]
    assert got[[1, 3]] == pytest.approx(np.array(expected))
    assert not got[[0, 2]].any()


def test_a_mass_that_rounding_makes_imaginary_is_zero() -> None:
    p4 = np.array([[3.0, 4.0, 0.0, 5.0], [3.0, 4.0, 0.0, 5.0 - 1e-12], [0.0, 0.0, 0.0, 2.0]])
    assert invariant_mass(p4).tolist() == [0.0, 0.0, 2.0]


def test_clustering_prints_nothing() -> None:
    code = (
        "import numpy; from bench_lhco.events import flat; from bench_lhco.jets import cluster;"
        "e = flat(numpy.ones((1, 700, 3), 'f4'));"
    )
    run = subprocess.run(
        [sys.executable, "-c", f"{code} assert cluster(e).n_jets[0] == 1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
