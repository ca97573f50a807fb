"""Events in a Parquet file, which says what density they were drawn from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_known.columns import COLUMNS
from bench_known.density import densities, fingerprint

if TYPE_CHECKING:
    import numpy as np

LABEL = "label"
DENSITY, SEED = b"bench-known density", b"bench-known seed"
"""Keys of the file's metadata."""


def draw(file: Path, signal: int, background: int, seed: int) -> None:
    """Draw so many events of each class, mixed, into a file."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    rng = np.random.default_rng(seed)
    x = np.concatenate(
        [density.draw(n, rng) for density, n in zip(densities(), (background, signal), strict=True)]
    )
    mixed = rng.permutation(len(x))
    y = np.repeat(np.array([0, 1], np.int8), [background, signal])[mixed]
    arrays = {column.name: x[mixed, i] for i, column in enumerate(COLUMNS)} | {LABEL: y}
    said = {DENSITY: fingerprint().encode(), SEED: str(seed).encode()}
    parquet.write_table(pa.table(arrays).replace_schema_metadata(said), file)


def read(file: Path) -> bench.Table:
    """The events of a file that `draw` wrote.

    Raises:
        InputError: it is no such file, or its events are of another density.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    try:
        opened = parquet.ParquetFile(file)
        said = (opened.schema_arrow.metadata or {}).get(DENSITY)
        if said is None:
            raise bench.InputError(f"{file}: wanted a file that `bench data make known` wrote")
        if said != fingerprint().encode():
            raise bench.InputError(
                f"{file}: drawn from another density than this release's; "
                "`bench data make known --force` draws anew"
            )
        rows = opened.read()
        arrays = [_numbers(rows[column.name]) for column in COLUMNS]
        y = _numbers(rows[LABEL])
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise bench.InputError(f"{file}: {' '.join(str(error).split())}") from error
    x = np.stack(arrays, axis=1).astype(np.float32)
    return bench.Table(COLUMNS, x, y.astype(np.int8), bench.event_ids(x), np.ones(len(y)))


def _numbers(column: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    import numpy as np

    return np.asarray(column, dtype=np.float64)
