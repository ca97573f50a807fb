"""Events for weaver-core: Parquet with a list of constituents an entry, and a data config.

The names are those of the JetClass files. `part_deta` and `part_dphi` are from the first jet, as an
entry is an event. `particle_*` are all particles of the event, which only the way back needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.exported.entries import Entries
from bench_lhco.exported.weaver_config import config
from bench_lhco.imported.readers.weaver import WHOLE

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

FILES = {"train": "train.parquet", "valid": "val.parquet", "evaluated": "test.parquet"}
"""By role."""
CONFIG = "data.yaml"
ROWS = 2000
"""Entries of a group of rows, at least, but for the last one."""


class WeaverFiles:
    """A Parquet file a role, and a data config for all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {role: [] for role in FILES}
        self._ids: dict[str, list[NDArray[np.uint64]]] = {role: [] for role in FILES}
        self._longest = 1

    def write(self, role: str, entries: Entries) -> None:
        """Add entries, which are written when there are enough for a group of rows."""
        self._waiting[role].append(_table(role, entries))
        self._ids[role].append(entries.ids)
        self._longest = max(self._longest, int(entries.constituents.counts.max(initial=0)))
        if sum(map(len, self._waiting[role])) >= ROWS:
            self._flush(role)

    def finish(self) -> list[bench.ExportedFile]:
        """Close the files, and write the data config."""
        for role, waiting in self._waiting.items():
            if waiting:
                self._flush(role)
        self.close()
        bench.write_bytes(self._folder / CONFIG, config(self._longest).encode())
        return [
            bench.ExportedFile(role, FILES[role], np.concatenate(ids))
            for role, ids in self._ids.items()
            if ids
        ]

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()

    def _flush(self, role: str) -> None:
        """Write what waits as a group of rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.concat_tables(self._waiting[role])
        self._waiting[role] = []
        if role not in self._writers:
            file = self._folder / FILES[role]
            self._writers[role] = pq.ParquetWriter(file, table.schema, compression="zstd")
        self._writers[role].write_table(table)


def _table(role: str, entries: Entries) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, pa.Array] = {}
    offsets = entries.constituents.offsets
    relative, momenta = entries.relative(), entries.momenta()
    for i, name in enumerate(("px", "py", "pz", "energy")):
        columns[f"part_{name}"] = _lists(offsets, momenta[:, i])
    for i, name in enumerate(("deta", "dphi")):
        columns[f"part_{name}"] = _lists(offsets, relative[:, i])
    columns["part_jet"] = _lists(offsets, entries.jet.astype(np.float32))
    columns |= {name: pa.array(values) for name, values in entries.jet_columns().items()}
    columns["label_signal"] = pa.array((entries.labels == 1).astype(np.int32))
    columns["label_background"] = pa.array((entries.labels == 0).astype(np.int32))
    # torch makes no tensors of unsigned numbers of 64 bits; these are the same bits
    columns["event"] = pa.array(entries.ids.view(np.int64))
    columns["index"] = pa.array(entries.index.astype(np.int64))
    columns["label"] = pa.array(entries.labels)
    columns["weight"] = pa.array(entries.weights)
    columns["sample"] = pa.array([role] * len(entries)).dictionary_encode()
    for i, name in enumerate(("pt", "eta", "phi")):
        columns[f"particle_{name}"] = _lists(entries.event.offsets, entries.event.values[:, i])
    return pa.table(columns).replace_schema_metadata({WHOLE: "particle"})


def _lists(offsets: NDArray[np.int64], flat: NDArray[np.float32]) -> pa.Array:
    import pyarrow as pa

    values = pa.array(np.ascontiguousarray(flat))
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values)
