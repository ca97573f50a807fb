"""Exports of toy events in other tools' layouts, as tests make them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events
from bench_lhco.files import write
from sprays import sprays

import bench

ROLES = ("train", "valid", "evaluated")
N = 30


def events(n: int = N) -> Events:
    """Toy events, every third one signal; one has a single jet and one has none."""
    padded = sprays(n)
    padded[7, 1:] = 0
    padded[7, 0] = (300, 0.5, 1)
    padded[8, 2:] = 0
    padded[8, :2] = [(1, 0.5, 1), (2, 3.0, -1)]
    return Events(padded, (np.arange(n) % 3 == 0).astype(np.int8))


def exported(
    context: bench.Context, folder: Path, layout: str, most: int | None = None
) -> tuple[bench.Table, dict[int, str], list[bench.ExportedFile]]:
    """Toy events in a layout: their features, the role of each by its id, and the files."""
    context.data.mkdir(parents=True, exist_ok=True)
    file = context.data / "toy.h5"
    write(file, events())
    dataset = ResearchAndDevelopment()
    source = dataset.open(None, file, context)
    table = dataset.table(source, context)
    samples, roles = {}, {}
    for i, role in enumerate(ROLES):
        rows = np.arange(len(table) - 1 - i, -1, -len(ROLES))  # not in the order of the file
        samples[role] = bench.ExportedSample(dataset, source, table.take(rows), rows)
        roles |= dict.fromkeys(table.ids[rows].tolist(), role)
    folder.mkdir()
    request = bench.ExportRequest(layout, folder, samples, most)
    return table, roles, list(dataset.export_particles(request, context))
