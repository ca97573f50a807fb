"""Straight lines and helices, against a walk in small steps through the field."""

import numpy as np
import pytest
from bench_lhco.twin.propagate import BARREL, ENDCAP, FIELD, impact


def walk(pt: float, eta: float, phi: float, charge: float) -> np.ndarray:
    """The point where a particle from the centre leaves the cylinder: x, y, z [m]."""
    x = y = z = 0.0
    step = 1e-3
    turn = charge * 0.2998 * FIELD / pt * step
    while np.hypot(x, y) < BARREL and abs(z) < ENDCAP:
        # The force q v x B turns positive particles clockwise in a field along +z.
        phi -= turn / 2
        x, y, z = x + step * np.cos(phi), y + step * np.sin(phi), z + step * np.sinh(eta)
        phi -= turn / 2
    return np.array([x, y, z])


@pytest.mark.parametrize("charge", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("pt", [0.4, 0.8, 2.0, 50.0])
def test_a_particle_ends_where_a_walk_in_small_steps_ends(charge: float, pt: float) -> None:
    rng = np.random.default_rng(1)
    starts = np.stack(
        [
            np.full(12, pt),
            rng.choice([-1, 1], 12) * rng.uniform(0.2, 2.4, 12),
            rng.uniform(-np.pi, np.pi, 12),
            np.full(12, charge),
        ]
    )
    x, y, z = np.array([walk(*start) for start in starts.T]).T
    eta, phi = impact(*starts)
    assert eta == pytest.approx(np.arcsinh(z / np.hypot(x, y)), abs=0.03)
    turned = np.remainder(phi - np.arctan2(y, x) + np.pi, 2 * np.pi) - np.pi
    assert turned == pytest.approx(np.zeros(12), abs=0.03)


def test_a_particle_without_charge_keeps_its_direction() -> None:
    eta, phi = np.array([-4.5, 0.0, 0.3, 2.0]), np.array([0.1, 3.0, -3.0, 1.0])
    ends = impact(np.ones(4), eta, phi, np.zeros(4))
    assert ends[0].tolist() == eta.tolist()
    assert ends[1].tolist() == phi.tolist()
