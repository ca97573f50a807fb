"""LHC Olympics 2020 events: the R&D dataset and the three black boxes; and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bench
from bench_lhco.datasets import BlackBox1, BlackBox2, BlackBox3, ResearchAndDevelopment
from bench_lhco.guards import Physics
from bench_lhco.held_out import ThreeProngs
from bench_lhco.symmetries import ParticleOrder, PhiRotation
from bench_lhco.view.encoder import ParticleView

PUBLISHED = (ResearchAndDevelopment, ThreeProngs, BlackBox1, BlackBox2, BlackBox3)


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """The datasets of the LHC Olympics 2020, and those that were imported on this machine."""
    from bench_lhco.imported.listing import imported

    taken = [part.name for part in PUBLISHED]
    return [*PUBLISHED, *imported(bench.data_folder(), taken)]


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """Jets' constituents, for models that read particles."""
    return [ParticleView]


@bench.hookimpl
def bench_guards() -> Iterable[type[bench.Guard[Any]]]:
    """What the features of two jets have to obey, and symmetries that parts declare."""
    return [Physics, PhiRotation, ParticleOrder]
