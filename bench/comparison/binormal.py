"""Same ROC, another threshold: operating points fitted to one binormal curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.05


@dataclass(frozen=True)
class OperatingPoint:
    """The counts of decisions at one threshold."""

    true_signal: int
    signal: int
    false_signal: int
    """Background called signal."""
    background: int


@dataclass(frozen=True)
class BinormalFit:
    """z(TPR) = a + b z(FPR), with z the standard normal quantile."""

    a: float
    b: float
    chi2: float
    points: int

    @property
    def dof(self) -> int:
        """Degrees of freedom."""
        return self.points - 2

    @property
    def auc(self) -> float:
        """The area under the curve."""
        from scipy.special import ndtr

        return float(ndtr(self.a / (1 + self.b**2) ** 0.5))

    @property
    def p(self) -> float:
        """The chance of so large a chi2 where all points are on the curve."""
        from scipy.special import chdtrc

        return float(chdtrc(self.dof, self.chi2)) if self.dof > 0 else 1.0

    @property
    def sentence(self) -> str:
        """What it says, in words."""
        description = (
            f"{self.points} operating points on one ROC, z(TPR) = {self.a:.2f} + {self.b:.2f} "
            f"z(FPR): AUC {self.auc:.3f}, chi2/dof {self.chi2:.1f}/{self.dof}, p = {self.p:.2g}"
        )
        if self.p < LEVEL:
            return f"{description}. They are not one classifier at different thresholds."
        return (
            f"{description}. They differ by their threshold alone, as far as these counts can tell."
        )


def fit_binormal(points: Sequence[OperatingPoint]) -> BinormalFit:
    """Fit one ROC to the points, with binomial errors in both directions.

    Source: effective variance (Orear, Am. J. Phys. 50 (1982) 912) on the binormal scale of Dorfman
    and Alf, J. Math. Psych. 6 (1969) 487; half an event is added to each count.

    Raises:
        ValueError: fewer than three points.
    """
    import numpy as np
    from scipy.optimize import minimize

    if len(points) < 3:
        raise ValueError(f"{len(points)} operating points; wanted at least 3")
    z_true, v_true = _scaled([p.true_signal for p in points], [p.signal for p in points])
    z_false, v_false = _scaled([p.false_signal for p in points], [p.background for p in points])

    def chi2(line: NDArray[np.float64]) -> float:
        a, b = line
        return float(((z_true - a - b * z_false) ** 2 / (v_true + b**2 * v_false)).sum())

    slope, start = np.polyfit(z_false, z_true, 1)
    optimum = minimize(chi2, np.array([start, max(slope, 0.1)]), method="Nelder-Mead")
    a, b = optimum.x
    return BinormalFit(float(a), float(b), float(optimum.fun), len(points))


def _scaled(
    passed: Sequence[int], total: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Z of each rate, and its variance by the binomial one of the rate."""
    import numpy as np
    from scipy.special import ndtri

    n = np.asarray(total, dtype=np.float64)
    rate = (np.asarray(passed) + 0.5) / (n + 1)
    z = ndtri(rate)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return z, rate * (1 - rate) / n / density**2
