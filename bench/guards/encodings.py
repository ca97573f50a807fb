"""What encoders give, and where two encodings of the same events differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORD = re.compile(r"[^\W\d_]+|.", re.DOTALL)
"""A word of letters, or any other sign: a digit, a blank."""


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


def changes_of(one: Any, other: Any) -> NDArray[np.float64]:
    """By how much each column of a view of the same events differs: (n, d).

    A column is one of an array's; of texts it is one of their words or signs, by place, and their
    number. What has no size is 1 where it differs. Columns that are the same are left out.
    """
    import numpy as np

    if len(one) != len(other):
        raise ValueError(f"a view of {len(one)} and of {len(other)} of the same events")
    if not isinstance(one, np.ndarray) or one.shape != np.shape(other):
        return _changed_entries(list(one), list(other))
    a, b = (np.asarray(view).reshape(len(view), -1) for view in (one, other))
    if a.dtype.kind not in "fiub":
        return _changing((a != b).astype(np.float64))
    a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(invalid="ignore"):
        changes = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, a - b)
    return _changing(np.nan_to_num(changes, nan=1e300, posinf=1e300, neginf=-1e300))


def _changed_entries(one: list[Any], other: list[Any]) -> NDArray[np.float64]:
    import numpy as np

    if not all(isinstance(entry, str) for entry in (*one, *other)):
        same = [np.array_equal(a, b) for a, b in zip(one, other, strict=True)]
        return _changing(1 - np.array(same, dtype=np.float64)[:, None])
    if one == other:
        return np.zeros((len(one), 0))
    words, others = ([WORD.findall(text) for text in texts] for texts in (one, other))
    longest = max(map(len, (*words, *others)), default=0)
    changes = np.zeros((len(one), longest + 1))
    for i, (a, b) in enumerate(zip(words, others, strict=True)):
        changes[i, longest] = len(a) - len(b)
        if a != b:
            pairs = zip_longest(a, b)
            changes[i, : max(len(a), len(b))] = [x != y for x, y in pairs]
    return _changing(changes)


def _changing(changes: NDArray[np.float64]) -> NDArray[np.float64]:
    return changes[:, changes.any(axis=0)]
