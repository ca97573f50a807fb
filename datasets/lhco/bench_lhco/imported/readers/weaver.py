"""Particles as weaver's users have them, in Parquet or ROOT: lists, and a column a class of labels.

Files that `bench data export` wrote say beside which of their lists are the event's own particles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.imported.columns import label_among
from bench_lhco.imported.readers.lists import read_lists
from bench_lhco.imported.readers.one_hot import BEGINS, classes_of, labels_of, meaning
from bench_lhco.imported.readers.parquet import numbers
from bench_lhco.imported.readers.sources import opened_columns
from bench_lhco.imported.stream import Columns, Foreign, Head, Slice

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

WHOLE = b"bench.particles"
"""Metadata of an export: what the names of the event's own particles begin with."""


def is_weaver(schema: pa.Schema) -> bool:
    """Whether columns of lists come with columns of classes, or say which are the event's own."""
    return _stated_key(schema) is not None or any(n.startswith(BEGINS) for n in schema.names)


def read_weaver(foreign: Foreign) -> Iterator[Head | Slice]:
    """The particles of a file, with the labels that its classes say where no other column does."""
    with opened_columns(foreign) as columns:
        names = [name for name in columns.schema.names if name not in foreign.without]
        key = foreign.key or _stated_key(columns.schema)
        classes = () if label_among(foreign, names) else classes_of(foreign.file, names)
        labels = _labels(foreign, columns, classes) if classes else None
    start = 0
    for part in read_lists(replace(foreign, key=key)):
        if isinstance(part, Head):
            said = (meaning(classes),) if classes else ()
            yield replace(part, layout="weaver", notes=(*said, *part.notes))
        elif labels is None:
            yield part
        else:
            yield replace(part, labels=labels[start : start + len(part)])
            start += len(part)


def _labels(foreign: Foreign, columns: Columns, classes: tuple[str, ...]) -> NDArray[np.float64]:
    """The label of each event by its class: (n,)."""
    parts = [
        labels_of(
            foreign.file,
            {name: numbers(foreign.file, name, batch.column(name)) for name in classes},
        )
        for batch in columns.batches(classes, ())
    ]
    return np.concatenate(parts)


def _stated_key(schema: pa.Schema) -> str | None:
    said = (schema.metadata or {}).get(WHOLE)
    return None if said is None else said.decode(errors="replace")
