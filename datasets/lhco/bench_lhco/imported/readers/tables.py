"""Features in flat tables, a number a cell: text, Parquet, ROOT trees, arrays with names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.imported.columns import Chosen
from bench_lhco.imported.readers.parquet import cells, label_numbers, numbers, stated_units
from bench_lhco.imported.readers.sources import opened_columns
from bench_lhco.imported.stream import Columns, Foreign, Head, Slice

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


def read_table(foreign: Foreign) -> Iterator[Head | Slice]:
    """The features of a flat table in the order of its columns."""
    with opened_columns(foreign) as columns:
        yield from _read(foreign, columns)


def _read(foreign: Foreign, columns: Columns) -> Iterator[Head | Slice]:
    names = columns.schema.names
    chosen = Chosen.of(foreign, names, stated_units(columns.schema))
    notes = (*columns.notes, *chosen.notes)
    yield Head("columns", chosen.columns, chosen.measures, columns.events, notes=notes)
    words = [names[place] for place in (chosen.label, chosen.split) if place is not None]
    used = [*(names[place] for place in chosen.features), *dict.fromkeys(words)]
    for batch in columns.batches(used, words):
        yield _slice(foreign.file, names, batch, chosen)


def _slice(path: Path, names: Sequence[str], batch: pa.RecordBatch, chosen: Chosen) -> Slice:
    """The slice that columns are; those that are left out need not hold numbers."""
    table = np.zeros((len(batch), len(names)))
    for place in chosen.features:
        table[:, place] = numbers(path, names[place], batch.column(names[place]))
    if chosen.label is not None:
        label = names[chosen.label]
        table[:, chosen.label] = label_numbers(path, label, batch.column(label))
    words = None if chosen.split is None else cells(batch.column(names[chosen.split]))
    return chosen.slice(table, words)
