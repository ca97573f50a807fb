"""The density of each class: mixtures of multivariate t distributions, in closed form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import bench
from bench_known.columns import features, latent, log_slope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "density.json"


@dataclass(frozen=True, eq=False)
class Density:
    """The density of one class, as a mixture of K components over 17 real numbers."""

    shares: NDArray[np.float64]  # (K,), which sum to 1
    components: Sequence[Any]
    """K frozen `scipy.stats.multivariate_t`."""

    @classmethod
    def of(cls, parts: Sequence[Mapping[str, Any]], degrees: float) -> Density:
        """What the file of parameters says of a class."""
        import numpy as np
        from scipy.stats import multivariate_t

        components = []
        for part in parts:
            spread = np.array(part["spread"])
            correlation = np.eye(len(spread))
            for i, row in enumerate(part["correlations"], start=1):
                correlation[i, :i] = correlation[:i, i] = row
            scale = correlation * np.outer(spread, spread)
            components.append(multivariate_t(np.array(part["place"]), scale, degrees))
        return cls(np.array([part["share"] for part in parts]), components)

    def log_latent(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log density of the real numbers behind the features, (n, 17) -> (n,)."""
        import numpy as np
        from scipy.special import logsumexp

        each = [np.atleast_1d(component.logpdf(z)) for component in self.components]
        return np.asarray(logsumexp(np.stack(each, axis=1) + np.log(self.shares), axis=1))

    def log(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """The log density of the features themselves, (n, 18) -> (n,), in their units."""
        return self.log_latent(latent(x)) + log_slope(x)

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """The features of n events: (n, 18)."""
        import numpy as np

        counts = rng.multinomial(n, self.shares)
        z = [
            np.reshape(component.rvs(count, random_state=rng), (count, -1))
            for component, count in zip(self.components, counts, strict=True)
            if count
        ]
        return features(np.concatenate(z)) if z else features(np.empty((0, 17)))


@cache
def densities() -> tuple[Density, Density]:
    """Of background and of signal."""
    parameters = json.loads(_text())
    degrees = parameters["degrees"]
    background, signal = (Density.of(parameters[key], degrees) for key in ("background", "signal"))
    return background, signal


def log_ratio(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """The logarithm of signal's density over background's, (n, 18) -> (n,); it is exact.

    The slopes of the features are those of both classes, and cancel. It has bounds, as all
    components fall off by the same power.
    """
    background, signal = densities()
    z = latent(x)
    return signal.log_latent(z) - background.log_latent(z)


def fingerprint() -> str:
    """The hash of the parameters, which events that were drawn from them carry."""
    return bench.digest(json.loads(_text()))


def _text() -> str:
    return (resources.files("bench_known") / FILE).read_text(encoding="utf-8")
