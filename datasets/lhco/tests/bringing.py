"""Imports as tests make them."""

from __future__ import annotations

from bench_lhco.imported.found import imported
from bench_lhco.imported.import_file import bring

import bench
from bench.api.dataset_requests import ImportRequest


def brought(context: bench.Context, **wanted: object) -> bench.Dataset:
    """The dataset that an import makes."""
    wanted.setdefault("name", "mine")
    bring(ImportRequest(**wanted), context)
    parts = {part.name: part for part in imported(context.data, [])}
    return parts[str(wanted["name"])]()


def left(context: bench.Context) -> list[str]:
    """What is in the room of imports, locks apart."""
    return sorted(p.name for p in (context.data / "imported").glob("*") if p.suffix != ".lock")
