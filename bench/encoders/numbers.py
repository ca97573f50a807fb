"""The features as they are: a row of numbers an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table


@dataclass(frozen=True)
class Numbers(Encoder):
    """Every column of the features table, unscaled, in its own unit."""

    name = "numbers"
    produces = frozenset({"numbers"})

    def encode(
        self, table: Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, d) float32."""
        return {"numbers": table.x}
