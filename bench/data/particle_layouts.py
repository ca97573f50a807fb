"""What a dataset is asked for when its particles go out in the layout of another tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context, Source
    from bench.api.parts import Dataset
    from bench.api.table import Table


@dataclass(frozen=True, eq=False)
class ExportedSample:
    """The events of one role of a run, and the dataset that they are of."""

    dataset: Dataset
    source: Source
    events: Table
    index: NDArray[np.intp]  # (n,), the place of each among all events of the dataset


@dataclass(frozen=True, eq=False)
class ExportRequest:
    """Samples whose particles are to be written into an empty folder."""

    layout: str
    """The tool's name, as the user says it."""
    folder: Path
    samples: Mapping[str, ExportedSample]
    """By role: `train`, `valid`, `evaluated`."""
    most: int | None = None
    """Particles of an event, the hardest, where the user says how many; None for all."""


@dataclass(frozen=True, eq=False)
class ExportedFile:
    """A file that was written, and which events are in it."""

    role: str
    name: str
    """Its path in the folder."""
    ids: NDArray[np.uint64]  # (n,), in the order of its rows


@runtime_checkable
class ExportsParticles(Protocol):
    """A dataset whose events are kept as particles; any `Dataset` may have these members."""

    particle_layouts: ClassVar[Sequence[str]]
    """The tools whose layouts it writes."""

    def export_particles(self, request: ExportRequest, context: Context) -> Sequence[ExportedFile]:
        """Write every event of the samples once, in as many files as the layout wants.

        Raises:
            BenchError: a file that is not what it should be.
        """
