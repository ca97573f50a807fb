"""The toy events of a new dataset: a bump on a falling spectrum, drawn from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BACKGROUND, SIGNAL = 2000, 1000


def toy_csv(seed: int = 1) -> str:
    """Photon pairs as CSV, a row an event with its label last; the same text for the same seed."""
    import numpy as np

    rng = np.random.default_rng(seed)
    label = np.repeat([0, 1], [BACKGROUND, SIGNAL])
    columns = {
        "m_yy": _by_class(100 + _falling(rng, 60.0, 30.0), rng.normal(125, 1.7, SIGNAL)),
        "pt_yy": _by_class(rng.exponential(30, BACKGROUND), rng.gamma(2, 30, SIGNAL)),
        "deta_yy": _by_class(rng.normal(0, 1.6, BACKGROUND), rng.normal(0, 1.1, SIGNAL)),
        # at rest a scalar decays evenly, and what the background is made by goes forward
        "cos_theta": _by_class(rng.beta(2, 1.2, BACKGROUND), rng.uniform(0, 1, SIGNAL)),
    }
    rounded = {
        name: np.round(np.asarray(values, np.float64), 4).tolist()
        for name, values in columns.items()
    }
    jets = _by_class(rng.poisson(0.8, BACKGROUND), rng.poisson(1.4, SIGNAL))
    every = {**rounded, "n_jets": jets.tolist(), "label": label.tolist()}
    rows = list(zip(*every.values(), strict=True))
    lines = [every, *(rows[i] for i in rng.permutation(len(rows)))]
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


def _falling(rng: np.random.Generator, width: float, scale: float) -> NDArray[np.float64]:
    """An exponential spectrum from 0 to `width`: (BACKGROUND,), by its inverse distribution."""
    import numpy as np

    within = rng.uniform(0, -np.expm1(-width / scale), BACKGROUND)
    return np.asarray(-scale * np.log1p(-within))


def _by_class(background: NDArray[np.generic], signal: NDArray[np.generic]) -> NDArray[np.generic]:
    import numpy as np

    return np.concatenate([background, signal])
