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
    import numpy as np
    from pyarrow import parquet

    with parquet.ParquetFile(file, read_dictionary=["sample"]) as stored:
        every = stored.read(use_threads=False)
    sample = every["sample"].combine_chunks()
    names, places = sample.dictionary.to_pylist(), np.from_dlpack(sample.indices)
    columns = {name: _values(every[name]) for name in every.column_names if name != "sample"}
    samples = {}
    for name in SAMPLES:
        rows = places == (names.index(name) if name in names else -1)
        own = {column: values[rows] for column, values in columns.items()}
        samples[name] = (_scored(own, record), own["event"])
    return samples


def _values(column: Any) -> NDArray[Any]:
    """The values of a column; what is missing is NaN.

    By DLPack: what arrow itself offers imports pandas, or all that it computes with, for 90 MB.
    """
    import numpy as np

    return column.to_numpy() if column.null_count else np.from_dlpack(column.combine_chunks())


def _scored(columns: Mapping[str, NDArray[Any]], record: RunRecord) -> Scored:
    return Scored(
        y=columns["label"],
        score=columns["score"],
        weights=columns["weight"],
        threshold=record.threshold,
        mass=_complete(columns.get("mass")),
        bare=record.bare or record.decisions,
        tallied=record.bare,  # earlier benches wrote a row an event, of weight 1
    )


def _complete(values: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """A column, if it is there and no value of it is missing."""
    import numpy as np

    return None if values is None or np.isnan(values).any() else values
