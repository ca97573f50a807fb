"""The scores of a run on disk: a row an event, with the sample that it belongs to; Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.scores import Scored
from bench.storage.files import atomic_write
from bench.storage.record import RunRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORES = "scores.parquet"
SAMPLES = ("evaluated", "valid")


def write_scores(folder: Path, samples: Mapping[str, tuple[Scored, object]]) -> None:
    """Write the scores of each sample: event id, label, weight, score; one Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    tables = []
    for name, (scored, ids) in samples.items():
        columns: dict[str, Any] = {
            "sample": pa.array([name] * len(scored.y), pa.string()),
            "event": ids,
            "label": scored.y,
            "weight": scored.weights,
            "score": scored.score,
        }
        masses = {} if scored.mass is None else {"mass": scored.mass}
        tables.append(pa.table(columns | masses))
    with atomic_write(folder / SCORES) as draft:
        parquet.write_table(pa.concat_tables(tables, promote_options="permissive"), draft)


def read_scores(file: Path, record: RunRecord) -> dict[str, tuple[Scored, NDArray[np.uint64]]]:
    """The scores and events of each sample, as `write_scores` or pandas wrote them."""
    import pyarrow.compute as pc
    from pyarrow import parquet

    every = parquet.read_table(file)
    rows = {name: every.filter(pc.equal(every["sample"], name)) for name in SAMPLES}
    return {
        name: (_scored(table, record), table["event"].to_numpy()) for name, table in rows.items()
    }


def _scored(table: Any, record: RunRecord) -> Scored:
    return Scored(
        y=table["label"].to_numpy(),
        score=table["score"].to_numpy(),
        weights=table["weight"].to_numpy(),
        threshold=record.threshold,
        mass=_complete(table, "mass"),
        bare=record.bare or record.decisions,
    )


def _complete(table: Any, name: str) -> NDArray[np.float64] | None:
    """A column, if it is there and no value of it is missing."""
    import numpy as np

    if name not in table.column_names:
        return None
    values: NDArray[np.float64] = table[name].to_numpy()  # what is null is NaN
    return None if np.isnan(values).any() else values
