"""What a file of events says of itself, as a child process with limits reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import bench
from bench import ReadLimits
from bench_lhco.files.layout import GROUP, Layout, guarded, open_hdf5
from bench_lhco.files.objects import others
from bench_lhco.files.opened import read_layout
from bench_lhco.files.provenance import Value, provenance
from bench_lhco.limits import GROWTH
from bench_lhco.state import state_of

R = TypeVar("R")

LIMITS = ReadLimits(
    what="a file of events",
    memory=GROWTH,
    seconds=5,
    wait=300,
    modules=("h5py", "hdf5plugin"),
)
"""Of the process that opens one; what it gives next needs a hundredth of that time."""


@dataclass(frozen=True)
class Inspection:
    """What a file says of itself."""

    layout: Layout
    provenance: dict[str, Value] | None
    """None for a file that is not one of ours."""
    others: tuple[str, ...] = ()
    """What else is in it, by name."""


def inspected(path: Path) -> Inspection:
    """What a file says of itself; its values are not read.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    return _inspected(path, state_of(path))


@lru_cache(maxsize=64)
def _inspected(path: Path, _state: tuple[int, ...]) -> Inspection:
    (inspection,) = isolated(_inspect, path)
    return inspection


def _inspect(path: Path) -> Iterator[Inspection]:
    layout = read_layout(path)
    with open_hdf5(path) as file:
        beside = guarded(path, lambda: others(file, f"/{GROUP}"))
    yield Inspection(layout, provenance(path), tuple(beside))


def isolated(work: Callable[..., Iterator[R]], path: Path, *more: object) -> Iterator[R]:
    """What a generator of a module gives for a file of events, in a child process with limits.

    Raises:
        BenchError: as `bench.isolated` does.
    """
    return bench.isolated(work, path, *more, limits=LIMITS)
