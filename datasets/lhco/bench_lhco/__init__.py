"""LHC Olympics 2020 events: the R&D dataset and the three black boxes."""

from __future__ import annotations

from collections.abc import Iterable

import bench
from bench_lhco.datasets import BlackBox1, BlackBox2, BlackBox3, ResearchAndDevelopment


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """The four datasets of the LHC Olympics 2020."""
    return [ResearchAndDevelopment, BlackBox1, BlackBox2, BlackBox3]
