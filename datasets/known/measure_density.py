"""Writes bench_known/density.json from moments of the twin of rd: `python measure_density.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from bench_known.columns import latent

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUT = Path(__file__).with_name("bench_known") / "density.json"
DEGREES, DIGITS = 9, 3
WIDER = 1.25
"""What spreads are multiplied by, so that the classes overlap somewhat more than those of rd."""
LOOSER = 0.9
"""What correlations are multiplied by, so that no direction is nearly without spread."""
MASSES = (4, 11)
"""The columns of the two jets' masses."""


def component(z: NDArray[np.float64], share: float) -> dict[str, Any]:
    """Place, spread and correlations of a multivariate t with about the moments of these events."""
    spread = z.std(axis=0) * WIDER * np.sqrt((DEGREES - 2) / DEGREES)
    correlation = np.asarray(np.corrcoef(z.T)) * LOOSER
    return {
        "share": round(share, DIGITS),
        "place": z.mean(axis=0).round(DIGITS).tolist(),
        "spread": spread.round(DIGITS).tolist(),
        "correlations": [
            correlation[i, :i].round(DIGITS).tolist() for i in range(1, len(correlation))
        ],
    }


def main() -> None:
    """One component of background; two of signal, as either jet may be the heavier one."""
    sample = bench.open(quiet=True).events("rd", edition="twin", ratio="1:1", train_events=14000)
    x = sample.train[sample.features].to_numpy()
    y = sample.train["label"].to_numpy()
    whole = (np.delete(x, [1, 2, 8, 9], axis=1) > 0).all(axis=1)  # what has a logarithm
    x, y = x[whole], y[whole]
    z, heavier = latent(x), x[:, MASSES[0]] > x[:, MASSES[1]]
    share = float(heavier[y == 1].mean())
    density = {
        "degrees": DEGREES,
        "background": [component(z[y == 0], 1.0)],
        "signal": [
            component(z[(y == 1) & heavier], round(share, DIGITS)),
            component(z[(y == 1) & ~heavier], 1 - round(share, DIGITS)),
        ],
    }
    OUT.write_text(json.dumps(density, indent=1) + "\n")


if __name__ == "__main__":
    main()
