"""The events of a run's samples as particles, in a folder as another tool reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import RequestError, did_you_mean
from bench.data.export import counted, places
from bench.data.particle_layouts import (
    ExportedFile,
    ExportedSample,
    ExportRequest,
    ExportsParticles,
)
from bench.storage.drafts import drafted
from bench.storage.files import demand_folder_of

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.parts import Dataset
    from bench.data.run_samples import RunSamples

EVENTS = "events.parquet"
"""Which event is in which row of which file, in the order of the files."""


def demand_particles(dataset: type[Dataset], layout: str) -> None:
    """Refuse a dataset that has features alone, and a layout that it does not write.

    Raises:
        RequestError: it gives no particles, or not in that layout.
    """
    layouts = getattr(dataset, "particle_layouts", ())
    if not layouts:
        raise RequestError(
            f"dataset {dataset.name!r} has no particles to export, wanted one of events;"
            " without --layout its features are written"
        )
    if layout not in layouts:
        raise RequestError(f"no layout {layout!r}; {did_you_mean(layout, layouts)}")


def demand_folder(folder: Path) -> None:
    """Refuse a place that no new folder can take.

    Raises:
        RequestError: something is there, or there is nothing to put it in.
    """
    if folder.is_dir():
        if any(folder.iterdir()):
            raise RequestError(f"{folder}: not empty, wanted a new or an empty folder")
    elif folder.exists():
        raise RequestError(f"{folder}: a file, wanted a new or an empty folder")
    demand_folder_of(folder)


def write_layout(
    samples: RunSamples, layout: str, folder: Path, most: int | None, context: Context
) -> Iterator[str]:
    """Write the particles of the samples of a run, all or nothing; gives a line about each.

    Raises:
        BenchError: as `demand_folder`, or the dataset's own.
    """
    demand_folder(folder)
    exporter, _ = samples.sources["evaluated"]
    if not isinstance(exporter, ExportsParticles):
        raise RequestError(f"dataset {exporter.name!r} has no particles to export")
    with drafted(folder) as draft:
        roles = {role: _sample(samples, role) for role in samples.tables}
        files = exporter.export_particles(ExportRequest(layout, draft, roles, most), context)
        _write_events(samples, files, draft / EVENTS)
    yield from counted(samples)
    names = ", ".join(file.name for file in files)
    yield f"{folder}: {names}; {EVENTS} says which event is in which row"


def _sample(samples: RunSamples, role: str) -> ExportedSample:
    dataset, source = samples.sources[role]
    return ExportedSample(dataset, source, samples.tables[role], places(samples, role))


def _write_events(samples: RunSamples, files: Sequence[ExportedFile], path: Path) -> None:
    """One row an event, with the columns of the table of features but for the features."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = []
    for file in files:
        table, record = samples.tables[file.role], samples.records[file.role]
        order = np.argsort(table.ids)
        rows = order[np.searchsorted(table.ids[order], file.ids)]
        n = len(rows)
        columns = {
            "sample": [file.role] * n,
            "dataset": [record.dataset] * n,
            "edition": [record.edition] * n,
            "event": table.ids[rows],
            "index": places(samples, file.role)[rows],
            "label": table.y[rows],
            "weight": table.weights[rows],
            "file": [file.name] * n,
            "row": np.arange(n),
        }
        parts.append(pa.table(columns))
    pq.write_table(pa.concat_tables(parts), path)
