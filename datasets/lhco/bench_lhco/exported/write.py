"""Writes samples of a run in the layout of a tool, slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

import bench
from bench_lhco.constituents import WithJets
from bench_lhco.exported.entries import Entries
from bench_lhco.exported.jetnet import JetNetFiles
from bench_lhco.exported.omnilearned import OmniLearnedFiles
from bench_lhco.exported.weaver import WeaverFiles
from bench_lhco.particles import subset

if TYPE_CHECKING:
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
        RequestError: events of a dataset without particles.
        InputError: a file of events that is not what it was.
    """
    dropped = total = 0
    writer = LAYOUTS[request.layout](request.folder)
    try:
        for role, entries in _entries(request, context):
            writer.write(role, entries)
            dropped += entries.dropped
            total += len(entries.jet)
        files = writer.finish()
    finally:
        writer.close()
    if dropped:
        hardest = f"the hardest {request.most} of their event"
        context.notice(
            f"{dropped} of {dropped + total} constituents are left out, beyond {hardest}"
        )
    return files


def _entries(request: bench.ExportRequest, context: bench.Context) -> Iterator[tuple[str, Entries]]:
    """The entries of all roles, slice by slice; a file that several are from is read once."""
    for roles in _by_source(request.samples):
        first = request.samples[roles[0]]
        if not isinstance(first.dataset, GivesParticles):
            raise bench.RequestError(f"dataset {first.dataset.name!r} has no particles")
        ids = np.concatenate([request.samples[role].events.ids for role in roles])
        with context.progress(f"particles of {first.dataset.name}", len(ids)) as bar:
            for part in first.dataset.particles(first.source, ids, context):
                bar.advance(len(part.ids))
                for role in roles:
                    sample = request.samples[role]
                    rows = np.flatnonzero(np.isin(part.ids, sample.events.ids))
                    if len(rows):
                        yield role, Entries.of(subset(part, rows), sample, request.most)


def _by_source(samples: Mapping[str, bench.ExportedSample]) -> list[list[str]]:
    """The roles, those together whose events are from the same dataset and file."""
    groups: list[list[str]] = []
    for role, sample in samples.items():
        for group in groups:
            other = samples[group[0]]
            if (other.dataset, other.source) == (sample.dataset, sample.source):
                group.append(role)
                break
        else:
            groups.append([role])
    return groups
