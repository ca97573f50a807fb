"""What encoders give, and where two encodings of the same events differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.parts import Encoder
    from bench.api.table import Table


def views(
    encoder: Encoder, learned: Mapping[str, NDArray[np.generic]], table: Table
) -> Mapping[str, Any]:
    """The views that an encoder gives of a table."""
    return encoder.encode(table, learned)


def differing(
    whole: Mapping[str, Any], part: Mapping[str, Any], rows: NDArray[np.intp] | None = None
) -> Iterator[str]:
    """The views in which `part` is not `whole`, or not these rows of it."""
    for view in sorted(whole.keys() | part.keys()):
        if view not in whole or view not in part:
            yield view
            continue
        if not _same(_taken(whole[view], rows), part[view]):
            yield view


def _taken(view: Any, rows: NDArray[np.intp] | None) -> Any:
    if rows is None:
        return view
    return [view[i] for i in rows] if isinstance(view, list) else view[rows]


def _same(one: Any, other: Any) -> bool:
    import numpy as np

    if len(one) != len(other):
        return False
    if isinstance(one, np.ndarray) and one.dtype.kind == "f":
        # sums over a batch may be added up in another order
        return bool(np.allclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True))
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
