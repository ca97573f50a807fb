"""Content hashes: of requests, of events and of files."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Column, Table


def digest(value: object) -> str:
    """The hash of anything JSON can say; dataclasses included, mappings in any order."""
    import msgspec

    return sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def array_digest(array: NDArray[np.generic]) -> str:
    """The hash of an array's bytes, shape and type."""
    import numpy as np

    head = f"{array.dtype.str}{array.shape}".encode()
    return sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()


def table_digest(table: Table) -> str:
    """The hash of all that a table holds: columns, features, labels, ids, weights, any splits.

    The files beside it, if any, take part by their bytes: some encoders read them.
    """
    own = () if table.splits is None else (table.splits,)
    arrays: tuple[NDArray[np.generic], ...] = (table.x, table.y, table.ids, table.weights, *own)
    files = [[file_digest(file) for file in table.beside]] if table.beside else []
    return digest([table.columns, [array_digest(array) for array in arrays], *files])


def columns_digest(columns: Iterable[Column]) -> str:
    """The hash of what the features are: names, units and meanings."""
    return digest([{"name": c.name, "unit": c.unit, "meaning": c.meaning} for c in columns])


def scores_digest(score: NDArray[np.float64]) -> str:
    """The hash of scores, event by event: equal ones have the same, and no others."""
    import numpy as np

    plain = score.astype(np.float64) + 0.0  # there are two noughts
    plain[np.isnan(plain)] = np.nan  # and many ways to write that there is no score
    return array_digest(plain)


def event_ids(x: NDArray[np.floating]) -> NDArray[np.uint64]:
    """The content hash of each event: (n,), 64 bits of BLAKE2b over its features in float32.

    Args:
        x: the features, (n, d), in the order of the columns; never the label, which would let a
            hash, and with it the split, depend on the class.
    """
    from hashlib import blake2b

    import numpy as np

    rows = np.ascontiguousarray(x, dtype="<f4") + np.float32(0)  # -0.0 is 0.0
    hashes = b"".join(blake2b(row.tobytes(), digest_size=8).digest() for row in rows)
    return np.frombuffer(hashes, dtype="<u8").astype(np.uint64)


def events_digest(ids: NDArray[np.uint64]) -> str:
    """The hash of a set of events, in whatever order."""
    import numpy as np

    return array_digest(np.sort(ids))


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    from hashlib import file_digest as stream_digest

    with path.open("rb") as stream:
        return stream_digest(stream, "sha256").hexdigest()
