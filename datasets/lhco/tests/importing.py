"""Imports as tests make them."""

from __future__ import annotations

from bench_lhco.imported.import_file import import_file
from bench_lhco.imported.listing import imported

import bench
from bench.api.dataset_requests import ImportRequest


def imported_dataset(context: bench.Context, **fields: object) -> bench.Dataset:
    """The dataset that an import makes."""
    fields.setdefault("name", "mine")
    import_file(ImportRequest(**fields), context)
    parts = {part.name: part for part in imported(context.data, [])}
    return parts[str(fields["name"])]()


def left(context: bench.Context) -> list[str]:
    """What is in the room of imports, locks apart."""
    return sorted(p.name for p in (context.data / "imported").glob("*") if p.suffix != ".lock")
