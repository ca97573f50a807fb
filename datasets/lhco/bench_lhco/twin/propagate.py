"""Where particles from the centre meet the calorimeter: straight lines and helices.

The cylinder and the field are those of `delphes_card_CMS.tcl` in Delphes 3.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELD = 3.8
"""Solenoid field, T."""
BARREL = 1.29
"""Radius of the calorimeter's inner face, m."""
ENDCAP = 3.0
"""Half-length of the tracking volume, m."""


def impact(
    pt: NDArray[np.float64],
    eta: NDArray[np.float64],
    phi: NDArray[np.float64],
    charge: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eta and phi [rad] of the point where each particle meets the calorimeter.

    Charged ones under about 0.75 GeV curl up before the barrel and end in an endcap, mostly beyond
    the tracker's reach: hence the missing soft tracks.

    All start at the centre: what lives long enough to decay far from it is not decayed.
    """
    ends = eta.copy(), phi.copy()
    bent = np.nonzero(charge)[0]
    ends[0][bent], turned = _helix(pt[bent], eta[bent])
    ends[1][bent] -= charge[bent] * turned
    return ends


def _helix(
    pt: NDArray[np.float64], eta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eta where a particle of one charge ends, and by how much it is turned in phi [rad]."""
    radius = pt / (0.2998 * FIELD)  # of the helix, m
    slope = np.abs(np.sinh(eta)) + 1e-12
    half = np.arcsin(np.minimum(BARREL / (2 * radius), 1.0))
    to_barrel = np.where(2 * radius > BARREL, 2 * half, np.inf)  # turning angle
    turn = np.minimum(to_barrel, ENDCAP / slope / radius)
    sine = np.sin(turn / 2)
    chord = 2 * radius * np.abs(sine) + 1e-9
    # The chord lies at half the turning angle; in every second turn it points the other way.
    turned = turn / 2 + np.where(sine < 0, np.pi, 0.0)
    return np.sign(eta) * np.arcsinh(radius * turn * slope / chord), turned
