"""Draws the events of `bench.testing` anew from the twin of `rd`."""

from __future__ import annotations

import numpy as np

from bench.api.parts import Dataset
from bench.cli.surroundings import context
from bench.data.feature_cache import load_table
from bench.plugins.registry import load_registry
from bench.storage.home import Home
from bench.testing.excerpt import FILE, write

EVENTS = 4000


def draw() -> None:
    """Write the excerpt anew: as many events of each class of `rd`, spread over all splits."""
    home = Home.here()
    entry = load_registry().find(Dataset, "rd")
    dataset = entry.part()
    surroundings = context(home)
    source = dataset.open("twin", None, surroundings)
    table, _ = load_table(dataset, entry.distribution, source, surroundings, home.tables)
    rng = np.random.default_rng(1)
    half = EVENTS // 2
    picked = [rng.choice(np.flatnonzero(table.y == label), half, replace=False) for label in (0, 1)]
    rows = np.concatenate(picked)
    write(table.take(rows[np.argsort(table.ids[rows])]), FILE)


if __name__ == "__main__":
    draw()
