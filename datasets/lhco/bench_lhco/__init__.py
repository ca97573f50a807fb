"""LHC Olympics 2020 events: the R&D dataset and the three black boxes; and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bench
from bench_lhco.datasets import BlackBox1, BlackBox2, BlackBox3, ResearchAndDevelopment
from bench_lhco.guards import Physics
from bench_lhco.held_out import ThreeProngs

PUBLISHED = (ResearchAndDevelopment, ThreeProngs, BlackBox1, BlackBox2, BlackBox3)


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """The datasets of the LHC Olympics 2020, and those that were imported on this machine."""
    from bench_lhco.imported.listing import imported

    taken = [part.name for part in PUBLISHED]
    return [*PUBLISHED, *imported(bench.data_folder(), taken)]


@bench.hookimpl
def bench_guards() -> Iterable[type[bench.Guard[Any]]]:
    """What the features of two jets have to obey."""
    return [Physics]
