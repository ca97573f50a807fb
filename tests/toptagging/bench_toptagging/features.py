"""Features of one jet: its momentum, and a few shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JET = "jet 1"
FLAG = "has_plane"


def _column(quantity: str, unit: str, meaning: str, group: str, needs: str = "") -> bench.Column:
    return bench.Column(f"jet_{quantity}", unit, meaning, group, JET, quantity, needs)


COLUMNS = (
    _column("pt", "GeV", "transverse momentum of the jet", "kinematics"),
    _column("eta", "1", "pseudorapidity of the jet", "kinematics"),
    _column("phi", "rad", "azimuth of the jet", "kinematics"),
    _column("m", "GeV", "mass of the jet", "kinematics"),
    _column("n", "1", "number of constituents", "shapes"),
    _column("width", "1", "mean distance of the constituents from the axis, by pt", "shapes"),
    _column("ptd", "1", "root of the sum of squared pt over the sum of pt", "shapes"),
    _column("lead", "1", "share of the leading constituent in the sum of pt", "shapes"),
    _column("planar", "1", "planar flow: 0 along a line, 1 even all around", "shapes", FLAG),
    bench.Column(FLAG, "1", "1 if three constituents or more span a plane", "shapes", JET),
)


def features(momenta: NDArray[np.float32]) -> NDArray[np.float32]:
    """The columns' values: (n, d), of (n, k, 4) padded with zeros."""
    import numpy as np

    each = np.moveaxis(momenta.astype(np.float64), -1, 0)
    pt, eta, phi = _directions(each)
    total = each.sum(axis=-1)
    jet_pt, jet_eta, jet_phi = _directions(total)
    mass = np.sqrt(np.maximum(total[0] ** 2 - (total[1:] ** 2).sum(axis=0), 0.0))
    away = np.stack([eta - jet_eta[:, None], _turn(phi - jet_phi[:, None])])
    scalar = np.maximum(pt.sum(axis=1), 1e-9)
    count = (each[0] > 0).sum(axis=1)
    plane = count >= 3
    values = [
        *(jet_pt, jet_eta, jet_phi, mass, count),
        (pt * np.hypot(*away)).sum(axis=1) / scalar,
        np.sqrt((pt**2).sum(axis=1)) / scalar,
        pt.max(axis=1) / scalar,
        np.where(plane, _planar_flow(pt, away), 0.0),
        plane,
    ]
    return np.stack(values, axis=1).astype(np.float32)


def _directions(momentum: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """pt, eta and phi of (4, ...); eta is 0 where there is nothing."""
    import numpy as np

    _, px, py, pz = momentum
    pt = np.hypot(px, py)
    return pt, np.arcsinh(pz / np.maximum(pt, 1e-9)), np.arctan2(py, px)


def _turn(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def _planar_flow(pt: NDArray[np.float64], away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four times the determinant of the jet's tensor of inertia over its squared trace: (n,)."""
    import numpy as np

    inertia = np.einsum("nk,ink,jnk->nij", pt, away, away)
    trace = np.trace(inertia, axis1=1, axis2=2)
    return np.asarray(4 * np.linalg.det(inertia) / np.maximum(trace, 1e-12) ** 2)
