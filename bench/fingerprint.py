"""Content hashes: of requests, of events, of files and of plugin code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.table import Column, Table


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
    """The hash of all that a table holds: columns, features, labels, ids, weights, any splits."""
    own = () if table.splits is None else (table.splits,)
    arrays: tuple[NDArray[np.generic], ...] = (table.x, table.y, table.ids, table.weights, *own)
    return digest([table.columns, [array_digest(array) for array in arrays]])


def columns_digest(columns: Iterable[Column]) -> str:
    """The hash of what the features are: names, units and meanings."""
    return digest([{"name": c.name, "unit": c.unit, "meaning": c.meaning} for c in columns])


def events_digest(ids: NDArray[np.uint64]) -> str:
    """The hash of a set of events, in whatever order."""
    import numpy as np

    return array_digest(np.sort(ids))


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    from hashlib import file_digest as stream_digest

    with path.open("rb") as stream:
        return stream_digest(stream, "sha256").hexdigest()


@cache
def code_digest(part: type) -> str:
    """The hash of all files of the package that a part comes from.

    For the core's own parts it is the folder of the part's module, so that a change of a report
    does not undo every fit.
    """
    top = part.__module__.partition(".")[0]
    module = sys.modules[part.__module__ if top == "bench" else top]
    file = Path(module.__file__ or "")
    lone = "." not in module.__name__ and file.name != "__init__.py"
    files: Iterable[Path] = [file] if lone else sorted(file.parent.rglob("*"))
    kept = [f for f in files if f.is_file() and f.suffix != ".pyc"]
    return digest([(f.relative_to(file.parent).as_posix(), file_digest(f)) for f in kept])


def versions_of(distribution: str) -> dict[str, str]:
    """The installed versions of a distribution and of what it requires directly."""
    return dict(_versions_of(distribution))


@cache
def _versions_of(distribution: str) -> Mapping[str, str]:
    """The same, read off the disk once a process."""
    import re

    names = [distribution]
    for line in requires(distribution) or ():
        if "extra ==" not in line and (match := re.match(r"[\w.-]+", line)):
            names.append(match.group())
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # a requirement for another platform
    return found
