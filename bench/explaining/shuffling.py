"""How far a model's log odds move when named and unnamed features come from other events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.explaining.events import Explained, present
from bench.explaining.matching import exchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table
    from bench.explaining.subject import Subject

DONORS = 4
"""Other events that an event's features are taken from, one after the other."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What the exchange of features does to the log odds of each event."""

    named: NDArray[np.float64]  # (n,), mean |change| by the features that it names; NaN without any
    unnamed: NDArray[np.float64]  # (n,), by as many that it does not name
    others: NDArray[np.float64]  # (n,), by those that another one of the same answer names
    sides: list[tuple[str, float]]
    """Of each claim that says what it speaks for: that, and the mean fall of the log odds without
    its feature."""


def moves(subject: Subject, explained: Explained, seed: int) -> Moves:
    """Exchange features of each event with those of other events like it, and score.

    Like it are events with the same objects, so that no second jet comes or goes. An event's
    named and unnamed features come from the same donors.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    table = explained.table
    made = list(_exchanges(explained, rng))
    x = np.concatenate([table.x, *(rows for _, _, rows in made)]) if made else table.x
    odds = subject.odds(_like(table, x), "scoring with features of other events")
    own, place = odds[: len(table)], len(table)
    changes: dict[tuple[int, str], list[float]] = {}
    for i, what, rows in made:
        changes.setdefault((i, what), []).extend(
            (own[i] - odds[place : place + len(rows)]).tolist()
        )
        place += len(rows)

    def size(i: int, what: str) -> float:
        return float(np.mean(np.abs(changes[i, what]))) if (i, what) in changes else np.nan

    n = range(len(table))
    sides = [
        (claim.side, float(np.mean(changes[i, f"column {claim.column}"])))
        for i, one in enumerate(explained.explanations)
        for claim in one.claims
        if claim.side and (i, f"column {claim.column}") in changes
    ]
    named, unnamed, others = (
        np.array([size(i, what) for i in n]) for what in ("named", "unnamed", "others")
    )
    return Moves(named, unnamed, others, sides)


def _exchanges(
    explained: Explained, rng: np.random.Generator
) -> Iterator[tuple[int, str, NDArray[np.float32]]]:
    """Rows of each event with some features of its donors: the event, which ones, (donors, d)."""
    import numpy as np

    table = explained.table
    names = [column.name for column in table.columns]
    able = [present(table.columns, row) for row in table.x.tolist()]
    another = exchanged(explained.explanations, rng)
    for i, one in enumerate(explained.explanations):
        alike = [j for j in range(len(table)) if j != i and able[j] == able[i]]
        claimed = {names.index(claim.column) for claim in one.claims}
        named = sorted(claimed & set(able[i]))
        rest = [c for c in able[i] if c not in named]
        if not alike or not named or len(rest) < len(named):
            continue
        donors = table.x[rng.choice(alike, DONORS)]
        unnamed = rng.choice(rest, len(named), replace=False).tolist()
        groups = {"named": named, "unnamed": unnamed, **{f"column {names[c]}": [c] for c in named}}
        claims = explained.explanations[another[i]].claims if another[i] != i else ()
        if others := sorted({names.index(claim.column) for claim in claims} & set(able[i])):
            groups["others"] = others
        for what, columns in groups.items():
            rows = np.tile(table.x[i], (DONORS, 1))
            rows[:, columns] = donors[:, columns]
            yield i, what, rows


def _like(table: Table, x: NDArray[np.float32]) -> Table:
    """Events with other features, under ids of their own and without labels."""
    import numpy as np

    n = len(x)
    return replace(
        table,
        x=x,
        y=np.zeros(n, dtype=np.int8),
        ids=np.arange(n, dtype=np.uint64),
        weights=np.ones(n),
        splits=None,
    )
