"""Which split an event belongs to: by the dataset's own division, and by its hash elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.table import Split, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


SPLITS = {"train": (0.0, 0.5), "valid": (0.5, 0.6), "test": (0.6, 1.0), "all": (0.0, 1.0)}
"""Each split's share of the range of event ids; `all` is for what nothing is fitted on."""


def split_rows(ids: NDArray[np.uint64], split: str) -> NDArray[np.bool_]:
    """Which events belong to a split by hash: (n,); a function of each event's own id alone."""
    import numpy as np

    low, high = SPLITS[split]
    place = ids.astype(np.float64) / 2.0**64
    return np.asarray((place >= low) & ((place < high) | (high == 1.0)))


def rows_in(table: Table, split: str) -> NDArray[np.bool_]:
    """Which events of a table belong to a split: (n,).

    What the dataset's own division says holds. Events that it leaves open go by their hash, and
    where it has no valid part, its train part is divided by hash in the usual proportion.
    """
    import numpy as np

    hashed = split_rows(table.ids, split)
    if table.splits is None or split == "all":
        return hashed
    claimed = table.splits == Split[split.upper()]
    if split != "test" and _shares_train(table):
        valid, whole = SPLITS["valid"]
        late = table.ids.astype(np.float64) / 2.0**64 >= valid / whole
        claimed = (table.splits == Split.TRAIN) & (late == (split == "valid"))
    return np.asarray(claimed | ((table.splits == Split.OPEN) & hashed))


def division_of(table: Table, split: str) -> str:
    """Whose division a split of the table follows, in words; empty where it is by hash alone."""
    if table.splits is None or split == "all":
        return ""
    claims = table.splits[rows_in(table, split)]
    parts = []
    if (claims != Split.OPEN).any():
        shared = split != "test" and _shares_train(table)
        parts.append("published train part divided by hash" if shared else "published")
    if (claims == Split.OPEN).any():
        parts.append("open events by hash")
    return " and ".join(parts) or "published"


def parts_of(table: Table) -> str:
    """How many events the dataset's own division gives to each part: `60 train, 40 test`."""
    if table.splits is None:
        return ""
    counts = {split: int((table.splits == split).sum()) for split in (*list(Split)[1:], Split.OPEN)}
    return ", ".join(f"{count} {split.name.lower()}" for split, count in counts.items() if count)


def _shares_train(table: Table) -> bool:
    """Whether the division has a train part and no valid part."""
    splits = table.splits
    assert splits is not None
    return bool((splits == Split.TRAIN).any() and not (splits == Split.VALID).any())
