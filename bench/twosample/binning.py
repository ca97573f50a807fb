"""Histograms of two samples over the same bins, with Poisson intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST, MOST = 10, 30
"""Bins of a histogram."""
BEYOND = 0.004
"""Share of a sample at either end that is drawn in the outermost bins."""


@dataclass(frozen=True, eq=False)
class Filled:
    """Shares of a sample in k bins, with the ends of their 68 % intervals."""

    share: NDArray[np.float64]  # (k,), sum 1
    low: NDArray[np.float64]  # (k,)
    high: NDArray[np.float64]  # (k,)


def edges_for(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """The edges of bins that suit both samples: (k + 1,), whole numbers in the middle of theirs."""
    import numpy as np

    ends = np.quantile(a, [BEYOND, 1 - BEYOND]), np.quantile(b, [BEYOND, 1 - BEYOND])
    low, high = (float(f(e)) for f, e in zip((np.min, np.max), np.transpose(ends), strict=True))
    bins = int(np.clip(np.sqrt(min(len(a), len(b))), LEAST, MOST))
    both = np.concatenate([a, b])
    if (both == np.rint(both)).all():
        low, high = np.floor(low), np.ceil(high)
        step = max(1.0, float(np.ceil((high - low + 1) / bins)))
        return np.arange(low - 0.5, high + 0.5 + step, step)[: int((high - low) // step) + 2]
    if high <= low:
        room = 0.5 * max(abs(low), 1.0)
        return np.array([low - room, low + room])
    return np.linspace(low, high, bins + 1)


def filled(values: NDArray[np.floating], edges: NDArray[np.float64]) -> Filled:
    """A sample in bins; what lies beyond them is in the outermost ones.

    The intervals are Garwood's, exact for Poisson counts.
    """
    import numpy as np
    from scipy.stats import chi2, norm

    inside = np.clip(values.astype(np.float64), edges[0], edges[-1])
    counts = np.histogram(inside, edges)[0].astype(np.float64)
    tail = float(norm.sf(1))
    low = np.where(counts > 0, chi2.ppf(tail, 2 * np.maximum(counts, 1)) / 2, 0.0)
    high = chi2.isf(tail, 2 * (counts + 1)) / 2
    return Filled(counts / len(values), low / len(values), high / len(values))
