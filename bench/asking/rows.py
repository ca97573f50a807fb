"""An event as a row of the run's features, and which of these the model is given at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Column, Table
    from bench.running.stored_fit import StoredFit


def row_of(fit: StoredFit, values: Mapping[str, float], place: float = 0.5) -> list[float]:
    """An event's features; those without a value lie so far up in the train split's range."""
    ends = [fit.ranges.get(column.name, (0.0, 0.0)) for column in fit.columns]
    between = [least + place * (most - least) for least, most in ends]
    names = [column.name for column in fit.columns]
    return [values.get(name, other) for name, other in zip(names, between, strict=True)]


def events_of(columns: Sequence[Column], x: NDArray[np.float32]) -> Table:
    """Events (n, d) that no sample has, without labels and with weight 1."""
    import numpy as np

    from bench.api.table import Table

    n = len(x)
    return Table(tuple(columns), x, np.zeros(n, np.int8), np.arange(n, dtype=np.uint64), np.ones(n))


def unread(fit: StoredFit, values: Mapping[str, float], missing: Sequence[str]) -> list[str]:
    """Which of the columns without a value the model is not given, by its encoders.

    Their inputs are the same at either end of the column's range in the train split, wherever
    in their ranges the other ones are. None where the ranges are not known; no column that is
    constant in the train split, of which this says nothing.
    """
    import numpy as np

    if not fit.ranges.keys() >= {*missing}:
        return []
    missing = [name for name in missing if fit.ranges[name][0] < fit.ranges[name][1]]
    if not missing:
        return []
    ends = [dict(zip(("low", "high"), fit.ranges[name], strict=True)) for name in missing]
    rows = [
        row_of(fit, {**values, name: end[side]}, place)
        for place in (0.0, 0.5, 1.0)
        for name, end in zip(missing, ends, strict=True)
        for side in ("low", "high")
    ]
    inputs = fit.inputs(events_of(fit.columns, np.array(rows, np.float32)))
    same = [
        all(_equal(view[i], view[i + 1]) for view in inputs.views.values())
        for i in range(0, len(rows), 2)
    ]
    return [n for i, n in enumerate(missing) if all(same[i :: len(missing)])]


def _equal(one: object, other: object) -> bool:
    """Whether two events' values of a view are the same: numbers, texts, or lists of any."""
    import numpy as np

    values = [
        list(value) if isinstance(value, list | tuple) else np.asarray(value)
        for value in (one, other)
    ]
    a, b = (v.tolist() if isinstance(v, np.ndarray) and v.dtype.hasobject else v for v in values)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        numbers = a.dtype.kind in "fc" and b.dtype.kind in "fc"
        return bool(np.array_equal(a, b, equal_nan=numbers))
    return bool(a == b)
