"""Writes samples of a run in the layout of a tool, slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import bench
from bench_lhco.constituents import WithJets
from bench_lhco.exported.entries import Entries
from bench_lhco.exported.jetnet import JetNetFiles
from bench_lhco.exported.omnilearned import OmniLearnedFiles
from bench_lhco.exported.weaver import WeaverFiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@runtime_checkable
class GivesParticles(Protocol):
    """A dataset of this package whose events are particles."""

    def particles(
        self, source: bench.Source, ids: NDArray[np.uint64], context: bench.Context
    ) -> Iterator[WithJets]:
        """The particles and jets of events of the source, each once, a slice at a time."""


class Writer(Protocol):
    """The files of a layout."""

    def write(self, role: str, entries: Entries) -> None:
        """Add entries of a role."""

    def finish(self) -> Sequence[bench.ExportedFile]:
        """Close the files when all entries are there; which there are."""

    def close(self) -> None:
        """Let go of what is open, finished or not."""


LAYOUTS: Mapping[str, Callable[[Path], Writer]] = MappingProxyType(
    {"weaver": WeaverFiles, "jetnet": JetNetFiles, "omnilearned": OmniLearnedFiles}
)
"""By the name that `--layout` takes."""


def export_particles(
    request: bench.ExportRequest, context: bench.Context
) -> Sequence[bench.ExportedFile]:
    """Write the events of all roles.

    Raises:
        RequestError: a role is of a dataset without particles.
        InputError: a file of events that is not what it was.
    """
    dropped = total = 0
    writer = LAYOUTS[request.layout](request.folder)
    try:
        for role, sample in request.samples.items():
            dataset, ids = sample.dataset, sample.events.ids
            if not isinstance(dataset, GivesParticles):
                raise bench.RequestError(f"{role}: dataset {dataset.name!r} has no particles")
            with context.progress(f"particles of {role}", len(ids)) as bar:
                for part in dataset.particles(sample.source, ids, context):
                    entries = Entries.of(part, sample, request.most)
                    writer.write(role, entries)
                    dropped += entries.dropped
                    total += len(entries.jet)
                    bar.advance(len(entries))
        files = writer.finish()
    finally:
        writer.close()
    if dropped:
        hardest = f"the hardest {request.most} of their event"
        context.notice(
            f"{dropped} of {dropped + total} constituents are left out, beyond {hardest}"
        )
    return files
