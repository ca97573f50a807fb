"""numbers-invariants: nothing changes under turns and boosts along the beam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_numbers_invariants import Invariants

import bench
from bench.testing import check_encoder, excerpt


def column(table: bench.Table, name: str) -> int:
    return [c.name for c in table.columns].index(name)


def moved(table: bench.Table, **added: float) -> bench.Table:
    """The events turned in azimuth, or boosted along the beam if the jets had no mass."""
    x = table.x.copy()
    for jet in ("j1", "j2"):
        for quantity, by in added.items():
            i = column(table, f"{jet}_{quantity}")
            x[:, i] += np.float32(by)
            if quantity == "phi":
                x[:, i] = (x[:, i] + np.pi) % (2 * np.pi) - np.pi
    return replace(table, x=x)


def test_conforms() -> None:
    check_encoder(Invariants())


def test_m_jj_is_that_of_the_table() -> None:
    events = excerpt()
    numbers = Invariants().encode(events, {})["numbers"]
    assert np.allclose(numbers[:, 0], events.column("m_jj"), rtol=1e-3)
    assert numbers.shape == (4000, 17)
    assert np.isfinite(numbers).all()


def test_nothing_changes_when_the_event_is_turned() -> None:
    events = excerpt()
    one, other = (Invariants().encode(t, {})["numbers"] for t in (events, moved(events, phi=1.3)))
    assert np.allclose(one, other, rtol=1e-3, atol=1e-3)


def test_nothing_changes_when_jets_without_mass_are_boosted_along_the_beam() -> None:
    events = excerpt()
    x = events.x.copy()
    for jet in ("j1", "j2"):
        x[:, column(events, f"{jet}_m")] = 0
    light = replace(events, x=x)
    one, other = (Invariants().encode(t, {})["numbers"] for t in (light, moved(light, eta=0.7)))
    assert np.allclose(one, other, rtol=2e-3, atol=2e-3)


def test_the_ratio_of_mass_to_pt_goes_with_the_radius() -> None:
    events = excerpt()
    one, two = (Invariants(radius=r).encode(events, {})["numbers"][:, 7] for r in (1.0, 2.0))
    assert np.allclose(one, 2 * two, rtol=1e-5)


def test_substructure_is_used_where_it_is() -> None:
    events = excerpt()
    added = (bench.Column("j1_tau1", "1", "one axis"), bench.Column("j1_tau2", "1", "two axes"))
    x = np.column_stack([events.x, np.full(4000, 0.4), np.full(4000, 0.1)]).astype(np.float32)
    numbers = Invariants().encode(replace(events, columns=(*events.columns, *added), x=x), {})
    assert np.allclose(numbers["numbers"][:, -1], 0.25)


def test_a_column_that_is_missing_is_named() -> None:
    events = excerpt()
    short = replace(events, columns=events.columns[1:], x=events.x[:, 1:])
    with pytest.raises(bench.InputError, match="no column j1_pt"):
        Invariants().encode(short, {})
