"""The two sides of a comparison: which events of which file stand against which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.api.errors import RequestError
from bench.data.feature_cache import load_table
from bench.twosample.classifier import LEAF

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.parts import Dataset
    from bench.api.table import Table

EDITIONS = ("official", "twin", "imported")
Chosen = Literal["background", "signal", "all"]


@dataclass(frozen=True, eq=False)
class Side:
    """The events of one file or edition."""

    title: str
    table: Table
    digest: str = ""
    """Of the bytes that the events are made from."""
    left_out: int = 0
    """Events that the other side holds as well, which are not in the table any more."""


@dataclass(frozen=True, eq=False)
class SidePair:
    """Two sides with the same features and no event in common."""

    a: Side
    b: Side
    chosen: Chosen
    shared: NDArray[np.uint64]  # (k,), sorted
    """Hashes of the events that both sides held."""


def open_side(
    word: str, dataset: Dataset, distribution: str, context: Context, tables: Path
) -> Side:
    """The events of an edition of the dataset, or of a file that is read as this dataset.

    Raises:
        BenchError: no such edition, or a file that is not what it should be.
    """
    file = None if word in EDITIONS else Path(word)
    if file is not None and not file.is_file():
        raise RequestError(f"{word}: no such file, nor is it an edition ({', '.join(EDITIONS)})")
    source = dataset.open(None if file else word, file, context)
    table, reused = load_table(dataset, distribution, source, context, tables)
    title = f"{file.name if file else dataset.name} ({source.edition})"
    how = "reused their features" if reused else "made their features"
    context.notice(f"{title}: {len(table)} events, {how}")
    return Side(title, table, source.digest)


def pair_up(a: Side, b: Side, chosen: Chosen, folds: int, most: int | None = None) -> SidePair:
    """The events of a class of both sides; one that both hold is left out of the larger side.

    Events come in the order of their hashes, so that neither the order of a file nor its length
    says which ones are taken where `most` of a side are.

    Raises:
        RequestError: different features, or too few events for so many folds.
    """
    import numpy as np

    _demand_same_columns(a, b)
    sides = [replace(side, table=_of_class(side.table, chosen)) for side in (a, b)]
    shared = np.intersect1d(sides[0].table.ids, sides[1].table.ids)
    larger = int(len(sides[1].table) >= len(sides[0].table))
    unshared = ~np.isin(sides[larger].table.ids, shared)
    sides[larger] = replace(
        sides[larger],
        table=sides[larger].table.take(np.flatnonzero(unshared)),
        left_out=len(shared),
    )
    for name, side in zip("AB", sides, strict=True):
        if len(side.table) < 2 * folds:
            also = f" beside {side.left_out} that the other one holds too" if side.left_out else ""
            raise RequestError(
                f"{name}, {side.title}: {_counted(len(side.table), chosen)}{also}; "
                f"wanted at least {2 * folds} for {folds} folds"
            )
    first, second = (replace(s, table=s.table.take(np.arange(len(s.table))[:most])) for s in sides)
    total = len(first.table) + len(second.table)
    if total * (folds - 1) // folds < 2 * LEAF:
        raise RequestError(
            f"{_counted(total, chosen)} of both sides are too few for {folds} folds: "
            f"wanted {2 * LEAF} in a fit, so that a tree can split"
        )
    return SidePair(first, second, chosen, shared)


def _demand_same_columns(a: Side, b: Side) -> None:
    one, other = ({column.name for column in side.table.columns} for side in (a, b))
    if lone := sorted(one ^ other):
        raise RequestError(
            f"A and B have different features: {', '.join(lone)} in one of them only"
        )
    if a.table.columns != b.table.columns:
        raise RequestError("A and B have features of the same names with other units or meanings")


def _of_class(table: Table, chosen: Chosen) -> Table:
    """The events of a class, sorted by hash."""
    import numpy as np

    labels = {"background": (0,), "signal": (1,), "all": (0, 1)}[chosen]
    order = np.argsort(table.ids)
    return table.take(order[np.isin(table.y[order], labels)])


def _counted(n: int, chosen: Chosen) -> str:
    kind = "" if chosen == "all" else f" {chosen}"
    return f"{n}{kind} event{'' if n == 1 else 's'}"
