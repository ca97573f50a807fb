"""An ingest of a few toy events, as the tests of it share it."""

from __future__ import annotations

from pathlib import Path

from bench_lhco.chunks import Content
from bench_lhco.ingest import ingest, planned
from bench_lhco.recipe import Recipe

import bench

EVENTS, CHUNK = 250, 100


def recipe(path: Path, **more: object) -> Recipe:
    return Recipe(path, bench.file_digest(path), 1.0, 20.0, "standard", **more)


def rows(path: Path, folder: Path, context: bench.Context, events: int = EVENTS) -> Content:
    return ingest(planned(recipe(path), events, None, folder), context)
