"""Events of a density that is known exactly, so that no classifier can pass a known best one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bench

EVENTS = 30_000
"""Events of each class that are drawn unless somebody says how many."""
TWIN = "known.twin.parquet"


@dataclass(frozen=True)
class Known(bench.Dataset):
    """Events like those of rd in 18 features, drawn from densities in closed form."""

    name = "known"
    ratio = "1:1"
    mass = "m_ab"
    recognizes_files = False

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the events that were drawn, which are drawn where there are none."""
        if edition not in (None, "twin"):
            raise bench.RequestError(f"known has no {edition} edition; its events are drawn: twin")
        path = file or context.data / TWIN
        if file is None and not path.is_file():
            self.make(bench.SimulationRequest(), context)
        try:
            return bench.Source("twin", path, bench.file_digest(path))
        except OSError as error:
            raise bench.InputError(f"{path}: {error.strerror}") from error

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """The features of every event; the likelihood ratio is none of them."""
        from bench_known.file import read

        return read(source.file)

    def make(self, simulation: bench.SimulationRequest, context: bench.Context) -> Path:
        """Draw events, 30 000 of each class unless somebody says how many."""
        from bench_known.file import draw

        path = context.data / TWIN
        if path.exists() and not simulation.force:
            raise bench.RequestError(f"{path} is there; --force replaces it")
        signal, background = (
            EVENTS if count is None else count
            for count in (simulation.signal, simulation.background)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with bench.atomic_write(path) as draft:
            draw(draft, signal, background, simulation.seed)
        return path

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Read every event of a file, and say what is in it."""
        from bench_known.file import read

        table = read(file)
        signal = int(table.y.sum())
        return [
            f"events: {len(table)}; {len(table) - signal} background, {signal} signal",
            *(
                f"{column.name} [{column.unit}]: {low:g} to {high:g}"
                for column, (low, high) in zip(table.columns, table.ranges().values(), strict=False)
            ),
        ]


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """The known density."""
    return [Known]
