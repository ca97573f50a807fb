"""Whether what a model reads tells a region from its sidebands by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError
from bench.data.encode import learn, views_of

if TYPE_CHECKING:
    from bench.api.inputs import Learned
    from bench.api.parts import Encoder
    from bench.api.table import Table
    from bench.storage.weak import WeakRequest


def learn_hidden(weak: WeakRequest | None, encoders: Sequence[Encoder], few: Table) -> Learned:
    """What encoders learn of some events, the column hidden by which sidebands are told.

    What else goes with that column is looked at once there is a fit (B069).

    Args:
        weak: what is fitted without truth; None for nothing.
        encoders: of the run.
        few: some events, of both classes.

    Raises:
        RequestError: which encoder gives it to the model, and how to leave it out.
    """
    import numpy as np

    learned = learn(encoders, few)
    if weak is None or weak.against != "sidebands":
        return learned
    names = [column.name for column in few.columns]
    column = weak.region.column
    x = few.x.copy()
    x[:, names.index(column)] = np.roll(x[:, names.index(column)], 1)
    for encoder in encoders:
        one, other = (
            views_of(encoder, table, learned[encoder.name]) for table in (few, replace(few, x=x))
        )
        if any(not _same(one[view], other[view]) for view in one):
            way = "read by the encoder numbers with --set only=NAME,NAME what does not go with it"
            raise RequestError(
                f"--against sidebands: the encoder {encoder.name} gives the model {column}, and "
                f"the sidebands are told by it alone; {way}"
            )
    return learned


def _same(one: Any, other: Any) -> bool:
    """Whether two views of the same events are alike, entry by entry."""
    import numpy as np

    if isinstance(one, np.ndarray) and one.dtype.kind == "f":
        return np.array_equal(one, other, equal_nan=True)
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
