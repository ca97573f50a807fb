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
    """Every column of the features table, or some of them, unscaled, in its own unit."""

    name = "numbers"
    produces = frozenset({"numbers"})
    only: tuple[str, ...] = ()
    """The features to give, in this order, and no others; all of them if none is named."""

    def encode(
        self, table: Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, d) float32.

        Raises:
            InputError: a feature is named that there is none of.
        """
        import numpy as np

        if not self.only:
            return {"numbers": table.x}
        return {"numbers": np.column_stack([table.column(name) for name in self.only])}
