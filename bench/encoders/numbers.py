"""The features as they are: a row of numbers an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.errors import InputError
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
    leave_out: tuple[str, ...] = ()
    """Features not to give, such as the one that a region is cut in."""

    def __post_init__(self) -> None:
        """Refuse two ways to say the same."""
        if self.only and self.leave_out:
            raise ValueError("wanted only or leave_out, not both")

    def encode(
        self, table: Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, d) float32.

        Raises:
            InputError: a feature is named that there is none of, or none is left.
        """
        import numpy as np

        if not self.only and not self.leave_out:
            return {"numbers": table.x}
        for name in self.leave_out:
            table.column(name)
        names = self.only or [c.name for c in table.columns if c.name not in self.leave_out]
        if not names:
            raise InputError("numbers: leave_out leaves no feature to give")
        return {"numbers": np.column_stack([table.column(name) for name in names])}
