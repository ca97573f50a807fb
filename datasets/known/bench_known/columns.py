"""The features: what each imitates, and how it follows from a real number without bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLAG = "has_b"
"""A column that is 1 in every event, as that of a second jet is in rd."""


def _of_object(name: str, like: str) -> tuple[bench.Column, ...]:
    """What is said of one of the two objects."""
    return tuple(
        bench.Column(
            f"{name}_{quantity}",
            unit,
            f"imitates the {meaning} the {like} jet",
            group,
            f"object {name}",
            quantity,
            FLAG if name == "b" else "",
        )
        for quantity, unit, meaning, group in (
            ("pt", "GeV", "transverse momentum of", "kinematics"),
            ("eta", "1", "pseudorapidity of", "kinematics"),
            ("phi", "rad", "azimuth of", "kinematics"),
            ("e", "GeV", "energy of", "kinematics"),
            ("m", "GeV", "invariant mass of", "structure"),
            ("n", "1", "number of particles (a real number here) in", "multiplicity"),
            ("pt_lead", "GeV", "pt of the hardest particle in", "structure"),
        )
    )


COLUMNS: tuple[bench.Column, ...] = (
    *_of_object("a", "leading"),
    *_of_object("b", "second"),
    bench.Column(FLAG, "1", "1 in every event", "flag"),
    bench.Column("dr_ab", "1", "imitates the distance of the two jets", "kinematics", needs=FLAG),
    bench.Column("n_all", "1", "imitates the number of particles in the event", "multiplicity"),
    bench.Column("m_ab", "GeV", "imitates the mass of the two jets", "kinematics", needs=FLAG),
)
"""In the order of rd's standard features."""
CONTINUOUS = tuple(i for i, column in enumerate(COLUMNS) if column.name != FLAG)
"""Where the d = 17 columns that the density is of stand among all 18."""
REAL = tuple(column.quantity == "eta" for column in COLUMNS)
ANGLES = tuple(column.quantity == "phi" for column in COLUMNS)


def latent(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """The real numbers behind (n, 18) features: (n, 17).

    The logarithm of what is positive, the logit of an angle's place between -pi and pi; eta is
    itself. A value outside of its range counts as the nearest one inside.
    """
    import numpy as np
    from scipy.special import logit

    values = np.asarray(x, dtype=np.float64)[:, CONTINUOUS]
    tiny = float(np.finfo(np.float32).tiny)
    place = np.clip(values / (2 * np.pi) + 0.5, 1e-9, 1 - 1e-9)
    positive = np.log(np.maximum(values, tiny))
    return np.where(_mask(REAL), values, np.where(_mask(ANGLES), logit(place), positive))


def features(z: NDArray[np.float64]) -> NDArray[np.float32]:
    """The features of real numbers (n, 17), in the columns' units: (n, 18)."""
    import numpy as np
    from scipy.special import expit

    angle = (expit(z) - 0.5) * 2 * np.pi
    with np.errstate(over="ignore"):  # of numbers that are none of a positive column
        positive = np.exp(z)
    x = np.ones((len(z), len(COLUMNS)), dtype=np.float32)
    x[:, CONTINUOUS] = np.where(_mask(REAL), z, np.where(_mask(ANGLES), angle, positive))
    return x


def log_slope(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """The logarithm of |dz/dx|, summed over the columns of each event: (n,)."""
    import numpy as np

    values = np.asarray(x, dtype=np.float64)[:, CONTINUOUS]
    place = values / (2 * np.pi) + 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        angle = -np.log(2 * np.pi * place * (1 - place))
        positive = -np.log(values)
    each = np.where(_mask(REAL), 0.0, np.where(_mask(ANGLES), angle, positive))
    return np.asarray(each.sum(axis=1))


def _mask(all_columns: tuple[bool, ...]) -> list[bool]:
    return [all_columns[i] for i in CONTINUOUS]
