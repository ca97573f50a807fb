"""Every event that a fit used, those of earlier fits in its warm-start chain included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table

FILE = "used_events.npz"


@dataclass(frozen=True, eq=False)
class UsedEvents:
    """Event ids by what they were used for."""

    trained: NDArray[np.uint64]  # (n,)
    chosen: NDArray[np.uint64]  # (n,), used to stop and to choose
    division: str = ""
    """Whose division into train, valid and test it follows, where that is not by hash alone."""

    @classmethod
    def of(
        cls, train: Table, valid: Table, earlier: UsedEvents | None, division: str = ""
    ) -> UsedEvents:
        """The ledger of a fit, and of the one that it goes on from."""
        import numpy as np

        if earlier is None:
            return cls(train.ids, valid.ids, division)
        every = dict.fromkeys(filter(None, (earlier.division, division)))
        return cls(
            np.union1d(earlier.trained, train.ids),
            np.union1d(earlier.chosen, valid.ids),
            "; ".join(every),
        )

    @property
    def by_use(self) -> Mapping[str, NDArray[np.uint64]]:
        """Event ids by what they were used for, in words."""
        return {"trained on": self.trained, "used to stop and choose": self.chosen}

    def write(self, folder: Path) -> None:
        """Keep it with the fit."""
        import numpy as np

        division = np.array(self.division)
        np.savez(folder / FILE, trained=self.trained, chosen=self.chosen, division=division)

    @classmethod
    def read(cls, folder: Path) -> UsedEvents:
        """What `write` wrote."""
        import numpy as np

        with np.load(folder / FILE, allow_pickle=False) as found:
            division = str(found["division"]) if "division" in found else ""
            return cls(found["trained"], found["chosen"], division)

    def refuse(self, evaluated: Table) -> None:
        """Refuse to evaluate on any of them.

        Raises:
            RequestError: how many of the events are shared.
        """
        import numpy as np

        for use, used in self.by_use.items():
            if shared := int(np.isin(evaluated.ids, used).sum()):
                raise RequestError(
                    f"B001 trained-on: {shared} of the {len(evaluated)} events to evaluate on were "
                    f"{use}; evaluate on the test split or on another dataset"
                    f"{f' ({self.division})' if self.division else ''}"
                )
