"""Feature tables on disk: a dataset's events are clustered once for the same bytes and options."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.parts import Dataset
from bench.api.table import Column, Table
from bench.plugins.options import options_in
from bench.storage.cache import stored
from bench.storage.code_digest import code_digest
from bench.storage.distributions import canonical, changes_since, closure, versions, write_versions
from bench.storage.fingerprint import digest

if TYPE_CHECKING:
    from bench.api.context import Context, HasTable, Source

FORM = 3
"""Of what is written; a table in another form is made anew."""
ARRAYS = ("x", "y", "ids", "weights")
SPLITS = "splits.npy"
"""The dataset's own division, where it has one."""
BESIDE = "beside.json"
"""Where the files are that hold more of the events; those of a source may have been moved since."""


def load_table(
    dataset: Dataset, distribution: str, source: Source, context: Context, root: Path
) -> tuple[Table, bool]:
    """The features of a source's events, and whether they were there already."""

    def other(dataset: HasTable, source: Source, context: Context) -> Table:
        assert isinstance(dataset, Dataset)
        return load_table(dataset, distribution, source, context, root)[0]

    def compute(folder: Path) -> None:
        write_table(dataset.table(source, replace(context, table=other)), folder)
        # all of them, as events may be read by worker processes whose imports nobody sees here
        write_versions(versions(closure([distribution]) - {canonical(distribution)}), folder)

    key = digest(
        [
            FORM,
            dataset.name,
            options_in(dataset),
            source.edition,
            source.digest,
            code_digest(type(dataset), distribution),
        ]
    )
    folder, reused = stored(
        root, key, compute, context.notice, beside=source.beside, changes=changes_since
    )
    return replace(read_table(folder), beside=source.beside), reused


def write_table(table: Table, folder: Path) -> None:
    """Write a table as arrays without objects and the rest as JSON."""
    import msgspec
    import numpy as np

    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(table, name), allow_pickle=False)
    if table.splits is not None:
        np.save(folder / SPLITS, table.splits, allow_pickle=False)
    (folder / "columns.json").write_bytes(msgspec.json.encode(table.columns))
    (folder / "skipped.json").write_bytes(msgspec.json.encode(table.skipped))
    (folder / BESIDE).write_bytes(msgspec.json.encode([str(file) for file in table.beside]))


def read_table(folder: Path) -> Table:
    """What `write_table` wrote."""
    import msgspec
    import numpy as np

    columns = msgspec.json.decode((folder / "columns.json").read_bytes(), type=tuple[Column, ...])
    arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in ARRAYS}
    skipped = msgspec.json.decode((folder / "skipped.json").read_bytes(), type=int)
    own = folder / SPLITS
    splits = np.load(own, allow_pickle=False) if own.is_file() else None
    beside = tuple(map(Path, msgspec.json.decode((folder / BESIDE).read_bytes(), type=list[str])))
    return Table(columns=columns, **arrays, skipped=skipped, splits=splits, beside=beside)
