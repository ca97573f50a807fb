"""Top tagging: which jets come from top quarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench

if TYPE_CHECKING:
    from bench_toptagging.layout import Jets


@dataclass(frozen=True)
class TopTagging(bench.Dataset):
    """Jets of top quarks among others, in the layout of the public reference; or a toy twin."""

    name = "top-tagging"
    ratio = "1:1"
    mass = "jet_m"

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the one that was brought in, else the twin."""
        brought, twin = self._brought(context), self._twin(context)
        if edition == "official":
            raise bench.RequestError("the published files are not downloaded; import them")
        if file is None and (edition == "twin" or not brought.is_file()):
            path = twin if twin.is_file() else self.make(bench.SimulationRequest(), context)
            return bench.Source("twin", path, bench.file_digest(path))
        if edition == "twin":
            raise bench.RequestError(f"{file} is the imported edition, wanted twin")
        path = file or brought
        if not path.is_file():
            raise bench.InputError(f"{path}: no such file")
        return bench.Source("imported", path, bench.file_digest(path))

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """The features of every jet, divided as the column ttv says."""
        import numpy as np

        from bench_toptagging.features import COLUMNS, features
        from bench_toptagging.layout import TTV, read

        x, y, ids, splits = [], [], [], []
        for jets in read(source.file):
            x.append(features(jets.momenta))
            y.append(jets.y.astype(np.int8))
            ids.append(bench.event_ids(jets.momenta.reshape(len(jets.y), -1)))
            splits.append(np.array(TTV, np.int8)[jets.ttv])
        labels = np.concatenate(y)
        return bench.Table(
            COLUMNS,
            np.concatenate(x),
            labels,
            np.concatenate(ids),
            np.ones(len(labels)),
            splits=np.concatenate(splits),
        )

    def make(self, simulation: bench.SimulationRequest, context: bench.Context) -> Path:
        """Draw the twin; 1000 jets of each kind unless somebody says how many."""
        from bench_toptagging.layout import write
        from bench_toptagging.twin import draw

        path = self._twin(context)
        if path.exists() and not simulation.force:
            raise bench.RequestError(f"{path} is there; --force replaces it")
        signal, background = (
            1000 if count is None else count for count in (simulation.signal, simulation.background)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with bench.atomic_write(path) as draft:
            write(draft, iter([draw(signal, background, simulation.seed)]))
        return path

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Read every jet of a file, and say what is in it."""
        import numpy as np

        from bench_toptagging.layout import TTV

        table = self.table(self.open(None, file, context), context)
        signal = int(table.y.sum())
        counts = np.bincount(np.asarray(table.splits), minlength=len(bench.Split))
        parts = ", ".join(f"{counts[split]} {split.name.lower()}" for split in TTV)
        ranges = zip(table.columns, table.x.min(axis=0), table.x.max(axis=0), strict=True)
        return [
            f"jets: {len(table)}; {len(table) - signal} background, {signal} signal; {parts}",
            *(f"{c.name} [{c.unit}]: {low:g} to {high:g}" for c, low, high in ranges),
        ]

    def import_file(self, request: bench.ImportRequest, context: bench.Context) -> Sequence[str]:
        """Bring in one file divided by its ttv, or the three of the reference."""
        from bench_toptagging.layout import read, write

        valid, test, path = request.valid_file, request.test_file, self._brought(context)
        bare = bench.ImportRequest(
            request.file, request.name, valid_file=valid, test_file=test, force=request.force
        )
        if request != bare or (valid is None) != (test is None):
            raise bench.RequestError("top tagging takes one file, or all of the reference's three")
        if request.name != self.name:
            raise bench.RequestError(f"--name {request.name}: wanted {self.name}")
        if path.exists() and not request.force:
            raise bench.RequestError(f"{path} is there; --force replaces it")
        parts = [read(request.file)]
        if valid and test:
            files = (request.file, valid, test)
            parts = [_of_part(read(file), ttv) for ttv, file in enumerate(files)]
        path.parent.mkdir(parents=True, exist_ok=True)
        with bench.atomic_write(path) as draft:
            write(draft, chain(*parts))
            lines = self.check(draft, context)
        return [f"{self.name} is {path}", *lines]

    def _brought(self, context: bench.Context) -> Path:
        return context.data / "top-tagging.h5"

    def _twin(self, context: bench.Context) -> Path:
        return context.data / "top-tagging.twin.h5"


def _of_part(blocks: Iterator[Jets], ttv: int) -> Iterator[Jets]:
    """The jets with this value of ttv, whatever their file says."""
    import numpy as np

    return (replace(jets, ttv=np.full(len(jets.y), ttv)) for jets in blocks)


class Selection(bench.Guard[bench.InputEvidence]):
    """A jet is not one of the reference's selection, 550 < pt < 650 GeV and |eta| < 2.

    Momenta in MeV or TeV, or jets of another sample, have scores that compare with nobody's.
    """

    code, name = "TOP001", "selection"
    remedy = "bring in a file of the reference's selection, with momenta in GeV"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        """In how many jets of which sample."""
        import numpy as np

        for role, table in evidence.tables.items():
            if not (table.has("jet_pt") and table.has("jet_eta")):
                raise bench.NotApplicableError("no columns jet_pt and jet_eta")
            pt, eta = table.column("jet_pt"), table.column("jet_eta")
            outside = int(((np.abs(pt - 600) > 50) | (np.abs(eta) > 2)).sum())
            if outside:
                yield f"{outside} of the {len(table)} jets of the {role} sample are outside of it"


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """Top tagging."""
    return [TopTagging]


@bench.hookimpl
def bench_guards() -> Iterable[type[bench.Guard[Any]]]:
    """The guard of its selection."""
    return [Selection]
