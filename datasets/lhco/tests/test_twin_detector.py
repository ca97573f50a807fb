"""The fast detector: towers, tracks, curling particles; and the trigger's bookkeeping."""

import numpy as np
import pytest
from bench_lhco.events import Particles, ends
from bench_lhco.twin.detector import detect
from bench_lhco.twin.physics import Generated
from bench_lhco.twin.towers import ECAL, HCAL
from bench_lhco.twin.trigger import capped, select_triggered, triggered


def shot(n: int, code: int, pt: float, eta: float, phi: float) -> Generated:
    """n events of one particle each."""
    full = np.ones(n)
    return Generated(
        event=np.arange(n),
        code=np.full(n, code, dtype=np.int32),
        pt=pt * full,
        eta=eta * full,
        phi=phi * full,
        e=pt * np.cosh(eta) * full,
        n=n,
    )


def together(*parts: Generated) -> Generated:
    """The particles of all parts in the same events."""
    event = np.concatenate([p.event for p in parts])
    order = np.argsort(event, kind="stable")
    columns = {
        name: np.concatenate([getattr(p, name) for p in parts])[order]
        for name in ("event", "code", "pt", "eta", "phi", "e")
    }
    return Generated(**columns, n=parts[0].n)


def look(truth: Generated, seed: int = 1) -> tuple[Particles, np.ndarray]:
    seen = detect(truth, np.random.default_rng(seed))
    assert len(seen) == truth.n
    return seen, seen.counts


def test_two_photons_in_one_tower_are_one_particle_and_two_in_two() -> None:
    photon = shot(200, 22, 50, 0.0087, 1.0)
    assert (look(together(photon, photon))[1] == 1).all()
    seen, counts = look(together(photon, shot(200, 22, 50, 0.0436, 1.0)))
    assert (counts == 2).all()
    assert seen.pt.mean() == pytest.approx(50, rel=0.01)


def test_hadrons_share_a_coarse_tower_that_separates_photons() -> None:
    near, far = (0.01, 0.01), (0.07, 0.07)
    hadrons = together(shot(100, 130, 80, *near), shot(100, 130, 80, *far))
    photons = together(shot(100, 22, 80, *near), shot(100, 22, 80, *far))
    assert (look(hadrons)[1] == 1).all()
    assert (look(photons)[1] == 2).all()


def test_the_towers_are_those_of_the_card() -> None:
    for calorimeter, rows in ((ECAL, 362), (HCAL, 80)):
        edges, columns = calorimeter.grid.edges, calorimeter.grid.columns
        assert (len(edges), len(columns)) == (rows + 1, rows)
        assert (np.diff(edges) > 0).all()
        assert edges[[0, -1]].tolist() == [-5, 5]
        assert edges.tolist() == (-edges[::-1]).tolist()
        assert columns.tolist() == columns[::-1].tolist()
    assert ECAL.grid.columns[[181, 350, 351]].tolist() == [360, 360, 36]
    assert HCAL.grid.columns[[40, 58, 59, 77, 78, 79]].tolist() == [72, 72, 36, 36, 18, 18]
    assert HCAL.grid.edges[59] == pytest.approx(1.653)


def test_opposite_towers_are_not_mixed_up() -> None:
    sides = [shot(100, 130, 200, eta, 0.01) for eta in (-4.8, -0.01, 0.01, 4.8)]
    seen, counts = look(together(*sides))
    assert (counts == 4).all()
    assert seen.eta.mean() == pytest.approx(0, abs=0.02)


def test_short_lived_neutral_hadrons_leave_three_tenths_in_the_inner_calorimeter() -> None:
    for code in (310, 3122, -3122):
        seen, counts = look(shot(2000, code, 200, 0.3, 1.0))
        assert (counts == 2).all()  # the parts of an event keep their order
        assert seen.pt[::2].mean() == pytest.approx(60, rel=0.02)
        assert seen.pt[1::2].mean() == pytest.approx(140, rel=0.02)
    assert (look(shot(100, 3322, 200, 0.3, 1.0))[1] == 1).all()


def test_energies_are_kept_on_average_and_smeared() -> None:
    # The last one sits in the middle of its forward tower, and may be seen anywhere in it.
    for code, eta, width in ((22, 0.3, 0.0147), (130, 0.3, 0.155), (22, 3.9125, 0.125)):
        seen, _ = look(shot(4000, code, 100, eta, -2.0))
        assert seen.pt.mean() == pytest.approx(100, rel=0.015), code
        assert seen.pt.std() / 100 == pytest.approx(width, rel=0.1), code
        assert np.abs(seen.eta - eta).max() < 0.0876


def test_a_charged_hadron_is_not_counted_twice() -> None:
    seen, counts = look(shot(4000, 211, 20, 0.3, 1.0))
    per_event = np.add.reduceat(seen.pt, seen.offsets[:-1][counts > 0]) / 20
    assert 0.93 < per_event.mean() < 1.12
    tracks = np.abs(seen.phi - 1.0) < 1e-6
    assert tracks.mean() > 0.7


def test_tracks_have_their_efficiency_and_resolution() -> None:
    seen, counts = look(shot(5000, 13, 30, 1.0, 1.0))
    assert counts.mean() == pytest.approx(0.99, abs=0.01)
    assert 0.01 < seen.pt.std() / 30 < 0.03
    assert not look(shot(500, 13, 30, 2.6, 1.0))[1].any()


def test_a_hadron_s_track_is_coarser_than_a_muon_s_and_coarsest_far_from_the_centre() -> None:
    # Of so little the hadronic calorimeter knows too little to correct a track by much.
    for eta, width in ((0.1, 0.06), (1.0, 0.10), (1.7, 0.25)):
        seen, _ = look(shot(4000, 211, 2, eta, 1.0))
        pt = seen.pt[np.abs(seen.eta - eta) < 1e-6]
        assert pt.std() / 2 == pytest.approx(width, rel=0.12)
        assert pt.mean() == pytest.approx(2, rel=0.1)


def test_hyperons_leave_tracks_by_their_charge() -> None:
    for code in (3112, 3222, 3312, 3334, -3112):
        seen, _ = look(shot(500, code, 5, 0.5, 1.0))
        assert (np.abs(seen.eta - 0.5) < 1e-6).sum() == pytest.approx(475, abs=20)


def test_a_soft_charged_particle_curls_up_before_the_barrel_and_leaves_no_track() -> None:
    soft, _ = look(shot(2000, 211, 0.25, 0.5, 1.0))
    assert not (np.abs(soft.eta - 0.5) < 1e-6).any()
    straight, _ = look(shot(2000, 211, 0.9, 0.5, 1.0))
    assert (np.abs(straight.eta - 0.5) < 1e-6).sum() == pytest.approx(1400, abs=100)


def test_the_field_bends_opposite_charges_apart() -> None:
    def mean_phi(code: int) -> float:
        """Of the neutral towers that untracked hadrons leave, beyond the tracker's reach."""
        seen, _ = look(shot(3000, code, 8, 2.7, 0.0))
        return float(np.median(seen.phi))

    assert mean_phi(211) == pytest.approx(-mean_phi(-211), abs=0.02)
    assert abs(mean_phi(211)) > 0.01


def test_what_is_too_soft_or_too_far_forward_is_not_seen() -> None:
    assert look(shot(500, 22, 0.3, 0.0, 0.0))[1].mean() < 0.2
    assert not look(shot(100, 22, 50, 5.3, 0.0))[1].any()
    assert not look(shot(100, 130, 1.0, 0.0, 0.0))[1].all()


def test_azimuths_stay_in_the_half_open_turn_in_float32() -> None:
    truth = together(*(shot(300, code, 20, 0.4, np.pi) for code in (22, 211, 130)))
    seen, _ = look(truth)
    assert seen.phi.dtype == np.float32
    assert (seen.phi.astype(np.float64) > -np.pi).all()
    assert (seen.phi.astype(np.float64) <= np.pi).all()
    assert (seen.phi > 3).any()
    assert (seen.phi < -3).any()


def test_the_same_random_numbers_give_the_same_event() -> None:
    truth = together(shot(50, 211, 20, 0.4, 1.0), shot(50, 22, 20, 0.4, 2.0))
    one, same, other = look(truth)[0], look(truth)[0], look(truth, seed=2)[0]
    assert np.array_equal(one.pt, same.pt)
    assert not np.array_equal(one.pt, other.pt)


def particles(*events: list[tuple[float, float, float]]) -> Particles:
    flat = np.array([p for event in events for p in event], dtype=np.float32).reshape(-1, 3)
    return Particles(flat, ends(np.array([len(event) for event in events])))


def test_the_trigger_wants_a_hard_central_jet() -> None:
    hard, split = [(1201.0, 0.0, 0.0)], [(700.0, 0.0, 0.0), (700.0, 0.2, 0.3)]
    soft, apart = [(1199.0, 0.0, 0.0)], [(700.0, 0.0, 0.0), (700.0, 0.2, 2.0)]
    forward = [(1300.0, 2.6, 0.0)]
    seen = particles(hard, soft, split, apart, [], forward)
    assert triggered(seen).tolist() == [True, False, True, False, False, False]
    left = select_triggered(seen)
    assert left.counts.tolist() == [1, 2]
    assert left.pt.tolist() == [1201.0, 700.0, 700.0]


def test_the_hardest_particles_are_kept_in_the_order_they_were_in() -> None:
    seen = particles([(3, 0, 0), (1, 0, 0.1), (2, 0, 0.2)], [(5, 1, 1)], [(1, 0, 0), (4, 0, 0)])
    cut = capped(seen, limit=2)
    assert cut.pt.tolist() == [3, 2, 5, 1, 4]
    assert cut.offsets.tolist() == [0, 2, 3, 5]
    assert capped(seen, limit=3).pt.tolist() == seen.pt.tolist()
