"""The fast detector: towers, tracks, curling particles; and the trigger's bookkeeping."""

import numpy as np
import pytest
from bench_lhco.twin.detector import Seen, detect
from bench_lhco.twin.physics import Generated
from bench_lhco.twin.trigger import capped, kept, triggered


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


def look(truth: Generated, seed: int = 1) -> tuple[Seen, np.ndarray]:
    seen = detect(truth, np.random.default_rng(seed))
    assert len(seen) == truth.n
    return seen, np.diff(seen.offsets)


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


def test_a_forward_tower_is_not_mixed_up_with_a_central_one() -> None:
    width = np.pi / 180
    central, forward = shot(100, 22, 200, 20.5 * width, 0.005), shot(100, 22, 200, 3.6, 0.1)
    assert forward.eta[0] // (10 * width) == central.eta[0] // width
    forward.phi[:] = 0.005
    assert (look(together(central, forward))[1] == 2).all()


def test_energies_are_kept_on_average_and_smeared() -> None:
    # The last one sits in the middle of its forward tower, whose middle is all that is known.
    for code, eta, width in ((22, 0.3, 0.014), (130, 0.3, 0.15), (22, 22.5 * np.pi / 18, 0.13)):
        seen, _ = look(shot(4000, code, 100, eta, -2.0))
        assert seen.pt.mean() == pytest.approx(100, rel=0.015), code
        assert seen.pt.std() / 100 == pytest.approx(width, rel=0.1), code
        assert np.abs(seen.eta - eta).max() < 0.18


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


def particles(*events: list[tuple[float, float, float]]) -> Seen:
    flat = np.array([p for event in events for p in event], dtype=np.float32).reshape(-1, 3)
    offsets = np.cumsum([0, *(len(event) for event in events)])
    return Seen(flat[:, 0], flat[:, 1], flat[:, 2], offsets)


def test_the_trigger_wants_a_hard_central_jet() -> None:
    hard, split = [(1201.0, 0.0, 0.0)], [(700.0, 0.0, 0.0), (700.0, 0.2, 0.3)]
    soft, apart = [(1199.0, 0.0, 0.0)], [(700.0, 0.0, 0.0), (700.0, 0.2, 2.0)]
    forward = [(1300.0, 2.6, 0.0)]
    seen = particles(hard, soft, split, apart, [], forward)
    assert triggered(seen).tolist() == [True, False, True, False, False, False]
    left = kept(seen)
    assert np.diff(left.offsets).tolist() == [1, 2]
    assert left.pt.tolist() == [1201.0, 700.0, 700.0]


def test_the_hardest_particles_are_kept_in_the_order_they_were_in() -> None:
    seen = particles([(3, 0, 0), (1, 0, 0.1), (2, 0, 0.2)], [(5, 1, 1)], [(1, 0, 0), (4, 0, 0)])
    cut = capped(seen, limit=2)
    assert cut.pt.tolist() == [3, 2, 5, 1, 4]
    assert cut.offsets.tolist() == [0, 2, 3, 5]
    assert capped(seen, limit=3).pt.tolist() == seen.pt.tolist()
