"""What a run would fit on, and an event as its model reads it: `bench run --dry-run`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.data.encode import encode, learn
from bench.running.prepared import prepare

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.store import Store

EVENTS = 256
"""Events that encoders learn of."""


def preview(parts: RunParts, home: Home, store: Store, context: Context) -> str:
    """The samples, a line each, and the first event of the train split; nothing is fitted.

    Raises:
        BenchError: the request or its input is bad.
    """
    import numpy as np

    samples = prepare(parts, home, store, context).samples
    table = samples.tables["train"]
    few = table.take(np.arange(min(len(table), EVENTS)))
    inputs = encode(parts.model, parts.encoders, learn(parts.encoders, few), few)
    drawn = (f"{role}: {record.drawn}" for role, record in samples.records.items())
    shown = parts.model.preview(inputs, replace(context, seed=parts.request.seed))
    return "\n".join([*drawn, "", shown])
