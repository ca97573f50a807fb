"""Lorentz invariants and ratios of the two jets: numbers that do not follow the jets' direction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Invariants(bench.Encoder):
    """Masses, products of momenta, angles and ratios of the two jets, in place of the features."""

    name = "numbers-invariants"
    produces = frozenset({"numbers"})

    radius: float = 1.0
    """Radius R of the jets, which m / (pt R) is taken with."""

    def __post_init__(self) -> None:
        """Refuse what is no radius."""
        if not self.radius > 0:
            raise ValueError(f"radius {self.radius}: wanted more than 0")

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.float32]]:
        """`numbers`: (n, 25) float32; what two jets are needed for is 0 without the second.

        Raises:
            InputError: the features lack something of the jets; what.
        """
        import numpy as np

        from bench_numbers_invariants.quantities import NEEDED, quantities

        if missing := [name for name in NEEDED if not table.has(name)]:
            raise bench.InputError(
                f"{self.name} needs {', '.join(missing)}, which the features lack; "
                f"there is: {', '.join(column.name for column in table.columns)}"
            )
        made = quantities(table, self.radius).values()
        return {"numbers": np.stack(list(made), axis=1).astype(np.float32)}


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The invariants."""
    return [Invariants]
