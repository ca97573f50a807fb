"""A file with more of the events, as anyone may hand it to an exported model: looked at first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVENT = "event"


def demand_beside(file: Path, ids: NDArray[np.uint64]) -> None:
    """Refuse a Parquet file that lacks events, has one twice, or lists that are not of the same.

    Columns of lists whose names begin alike, as `j1_pt` and `j1_eta`, say something of each
    particle of the same ones, and are of the same length in each event.

    Raises:
        InputError: what is wrong with which column.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    try:
        with pq.ParquetFile(file) as stored:
            if EVENT not in stored.schema_arrow.names:
                raise InputError(f"{file}: no column {EVENT}, by which its events are found")
            every = stored.read([EVENT])[EVENT].to_numpy()
            for number in range(stored.num_row_groups):
                _demand_lists(file, stored.read_row_group(number).combine_chunks())
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{file}: it is no Parquet file, or a damaged one") from error
    if twice := len(every) - len(np.unique(every)):
        raise InputError(f"{file}: {twice} of {len(every)} events are there more than once")
    if missing := int((~np.isin(ids, every)).sum()):
        raise InputError(f"{file}: {missing} of {len(ids)} events are not in it")


def _demand_lists(file: Path, part: Any) -> None:
    """Refuse lists that are not there, and those of a group that are not of the same lengths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    of_group: dict[str, tuple[str, Any]] = {}
    for name in part.column_names:
        column = part[name]
        if not pa.types.is_list(column.type):
            continue
        if column.null_count:
            raise InputError(f"{file}: {name} has no list in {column.null_count} events")
        lengths = pc.list_value_length(column)
        other, expected = of_group.setdefault(name.partition("_")[0], (name, lengths))
        if not lengths.equals(expected):
            raise InputError(f"{file}: {name} and {other} have lists of different lengths")
