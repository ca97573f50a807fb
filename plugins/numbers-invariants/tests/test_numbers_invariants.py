"""numbers-invariants: rotations and boosts along the beam change nothing, one jet is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from bench_numbers_invariants import Invariants
from bench_numbers_invariants.quantities import NEEDED, quantities

import bench

COLUMNS = tuple(bench.Column(name, "1", "for a test") for name in NEEDED)


def table(n: int, seed: int = 0) -> bench.Table:
    """Two jets an event."""
    rng = np.random.default_rng(seed)
    made = {"n_particles": rng.integers(150, 300, n)}
    for jet, pt in (("j1", 1500), ("j2", 1300)):
        made[f"{jet}_pt"] = rng.normal(pt, 50, n)
        made[f"{jet}_eta"] = rng.normal(0, 0.7, n)
        made[f"{jet}_phi"] = rng.uniform(-np.pi, np.pi, n)
        made[f"{jet}_m"] = rng.uniform(20, 500, n)
        made[f"{jet}_n"] = rng.integers(20, 120, n)
        made[f"{jet}_pt_lead"] = rng.uniform(50, 800, n)
    x = np.stack([made[name] for name in NEEDED], axis=1).astype(np.float32)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x, (np.arange(n) % 2).astype(np.int8), ids, np.ones(n))


def changed(events: bench.Table, name: str, change: Callable[[np.ndarray], object]) -> bench.Table:
    x = events.x.copy()
    for i, column in enumerate(events.columns):
        if column.name.endswith(name):
            x[:, i] = change(x[:, i])
    return replace(events, x=x)


def numbers(events: bench.Table, radius: float = 1.0) -> np.ndarray:
    made = Invariants(radius=radius).encode(events, {})["numbers"]
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    return made


def test_a_rotation_about_the_beam_changes_nothing() -> None:
    events = table(200)
    turned = changed(events, "_phi", lambda phi: np.remainder(phi + 1 + np.pi, 2 * np.pi) - np.pi)
    assert np.allclose(numbers(events), numbers(turned), rtol=1e-3, atol=1e-3)


def test_a_boost_along_the_beam_changes_what_is_invariant_hardly() -> None:
    """Pseudorapidity is shifted, which for jets whose mass is small against pt is such a boost."""
    events = changed(table(200), "_m", lambda m: m * 1e-3)
    boosted = changed(events, "_eta", lambda eta: eta + 0.8)
    before, after = (quantities(e, 1.0) for e in (events, boosted))
    free = [name for name in before if not name.endswith("m_over_e")]
    assert len(free) == len(before) - 2
    for name in free:
        assert np.allclose(before[name], after[name], rtol=1e-3, atol=1e-4), name
    assert not np.allclose(before["j1_m_over_e"], after["j1_m_over_e"], rtol=0.1)


def test_the_mass_of_two_jets_is_that_of_their_sum() -> None:
    made = quantities(table(100), 1.0)
    squares = made["root_product"] ** 2 + made["j1_m"] ** 2 + made["j2_m"] ** 2
    assert np.allclose(made["m_jj"] ** 2, squares, rtol=1e-6)
    assert (made["m_light"] <= made["m_heavy"]).all()
    assert (made["m_jj"] > made["m_heavy"] + made["m_light"]).all()


def test_rho_follows_the_radius_and_nothing_else_does() -> None:
    names = list(quantities(table(1), 1.0))
    one, half = numbers(table(50)), numbers(table(50), radius=0.5)
    follows = {name for i, name in enumerate(names) if not np.allclose(one[:, i], half[:, i])}
    assert follows == {"j1_rho", "j2_rho"}
    rho = names.index("j1_rho")
    assert np.allclose(half[:, rho], 2 * one[:, rho])
    with pytest.raises(ValueError, match="radius"):
        Invariants(radius=0)


def test_without_a_second_jet_there_are_zeros() -> None:
    events = table(10)
    for i, name in enumerate(NEEDED):
        if name.startswith("j2_"):
            events.x[:, i] = 0
    made = quantities(events, 1.0)
    alone = [name for name in made if not name.startswith("j1_")]
    assert not any(made[name].any() for name in alone)
    assert (made["j1_m"] > 0).all()
    numbers(events)


def test_an_event_stands_for_itself_and_its_label_plays_no_part() -> None:
    events = table(50)
    whole = numbers(events)
    assert (numbers(events.take(np.arange(49, -1, -3))) == whole[::-3]).all()
    assert (numbers(replace(events, y=1 - events.y, weights=events.weights * 3)) == whole).all()
    assert whole.shape == (50, 25)


def test_missing_columns_are_named() -> None:
    events = table(5)
    lacking = replace(events, columns=events.columns[2:], x=events.x[:, 2:])
    with pytest.raises(bench.InputError, match=r"needs j1_pt, j1_eta, which .* there is: j1_phi"):
        numbers(lacking)
