"""A signal that no model is fitted on, with background that no model was fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_lhco.datasets import LhcoDataset, ResearchAndDevelopment
from bench_lhco.labels import Twin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_lhco.constituents import WithJets
    from bench_lhco.records import Publication


@dataclass(frozen=True)
class ThreeProngs(LhcoDataset):
    """R&D background with a signal of three-prong jets, 3500, 500 and 100 GeV, to be held out.

    The published file has signal only. Its background is that of the R&D dataset's test split,
    which nothing was fitted on, with weights of the whole.
    """

    name = "rd3"
    ratio = "1:10"
    train = "rd"
    twin = Twin({"background": 10_000, "signal": 4_000}, signal_fraction=1 / 11)

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the official ones if they are here, else the twin."""
        source = super().open(edition, file, context)
        if not self._is_published(source, context):
            return source
        _, research = self._research(context)
        return replace(source, beside=(*source.beside, *research.beside))

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """The features of the signal and, for the published file, those of its background."""
        table = super().table(source, context)
        if not self._is_published(source, context):
            return table
        return _with_background(table, context.table(*self._research(context), context))

    def _chosen(
        self, source: bench.Source, ids: NDArray[np.uint64], context: bench.Context
    ) -> Iterator[WithJets]:
        """Those of the signal and, for the published file, those of its background."""
        import numpy as np

        seen = np.zeros(len(ids), dtype=bool)
        for part in super()._chosen(source, ids, context):
            seen |= np.isin(ids, part.ids)
            yield part
        if self._is_published(source, context) and not seen.all():
            research, background = self._research(context)
            yield from research.particles(background, ids[~seen], context)

    def get(self, context: bench.Context) -> Path:
        """Download the signal's file and that of the R&D dataset."""
        ResearchAndDevelopment().get(context)
        return super().get(context)

    @property
    def _publications(self) -> tuple[Publication, ...]:
        return (self._publication, ResearchAndDevelopment()._publication)

    def _is_published(self, source: bench.Source, context: bench.Context) -> bool:
        return source.file == self._official(context)[0]

    def _research(self, context: bench.Context) -> tuple[ResearchAndDevelopment, bench.Source]:
        """The dataset that the background is of, with the same options, and its published file."""
        _, background = self._official(context)
        research = ResearchAndDevelopment(**asdict(self))
        return research, research.open(None, background, context)


def _with_background(signal: bench.Table, research: bench.Table) -> bench.Table:
    """The signal, and the background in the other table's test split with the weight of all."""
    import numpy as np

    background = research.y == 0
    rows = np.nonzero(background & bench.rows_in(research, "test"))[0]
    part = research.take(rows)
    scale = research.weights[background].sum() / part.weights.sum()
    return bench.Table(
        columns=signal.columns,
        x=np.concatenate([signal.x, part.x]),
        y=np.concatenate([signal.y, part.y]),
        ids=np.concatenate([signal.ids, part.ids]),
        weights=np.concatenate([signal.weights, part.weights * scale]),
        skipped=signal.skipped + research.skipped,
    )
