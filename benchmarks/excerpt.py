"""Draws the events of `bench.testing` anew from the twin of `rd`, with their jets' particles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.api.parts import Dataset
from bench.cli.surroundings import context
from bench.data.feature_cache import load_table
from bench.plugins.registry import load_registry
from bench.storage.home import Home
from bench.testing.excerpt import FILE, PARTICLES, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVENTS = 4000
HARDEST = 40
"""Particles of a jet, which have 97 % of its pt."""
STEPS = {"pt": 2.0**-6, "eta": 2.0**-10, "phi": 2.0**-10}
"""GeV, 1 and rad, in which momenta are written, as they would take twice the room."""


def draw() -> None:
    """Write the excerpt anew: as many events of each class of `rd`, spread over all splits."""
    home = Home.here()
    entry = load_registry().find(Dataset, "rd")
    dataset = entry.part(constituents=True)
    surroundings = context(home)
    source = dataset.open("twin", None, surroundings)
    table, _ = load_table(dataset, entry.distribution, source, surroundings, home.tables)
    rng = np.random.default_rng(1)
    half = EVENTS // 2
    picked = [rng.choice(np.flatnonzero(table.y == label), half, replace=False) for label in (0, 1)]
    rows = np.concatenate(picked)
    few = table.take(rows[np.argsort(table.ids[rows])])
    write(few, FILE)
    write_particles(table.beside[0], few.ids)


def write_particles(file: Path, ids: NDArray[np.uint64]) -> None:
    """The hardest particles of these events' jets, out of a file of all of them."""
    table = pq.read_table(file, filters=pc.field("event").isin(ids))
    columns = {"event": table["event"], "label": table["label"]}
    for name in table.column_names[2:]:
        lists = pc.list_slice(table[name], 0, HARDEST).combine_chunks()
        lists = lists.cast(pa.list_(pa.float32()))
        step = STEPS[name.partition("_")[2]]
        values = np.maximum(np.round(lists.values.to_numpy() / step), 1) * step
        if not name.endswith("_pt"):
            values = np.round(lists.values.to_numpy() / step) * step
        flat = pa.array(values.astype(np.float32))
        columns[name] = pa.ListArray.from_arrays(lists.offsets, flat)
    pq.write_table(
        pa.table(columns),
        PARTICLES,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        use_byte_stream_split=[f"{n}.list.element" for n in table.column_names[2:]],
    )


if __name__ == "__main__":
    draw()
