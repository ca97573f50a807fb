"""The datasets as parts of the bench: which file is read, which twin stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import bench

if TYPE_CHECKING:
    from bench_lhco.records import Publication


@dataclass(frozen=True)
class Twin:
    """The twin that is made where nobody says how large."""

    signal: int
    background: int
    signal_fraction: float
    """The natural rate of signal, which the twin's weights restore: it has more signal."""


@dataclass(frozen=True)
class LhcoDataset(bench.Dataset):
    """Jet features of events in the official file layout."""

    mass = "m_jj"
    twin: ClassVar[Twin | None] = None
    labels_allowed: ClassVar[tuple[int, ...]] = (0, 1)

    radius: float = 1.0
    """Jet radius of the anti-kt algorithm, in rapidity and azimuth."""
    min_pt: float = 20.0
    """Least transverse momentum of a reconstructed jet, GeV; not the trigger's 1200."""
    features: Literal["jets", "diary"] = "jets"
    """Feature set: `jets`, or `diary` for the diary's 16 numbers as its code made them."""

    def __post_init__(self) -> None:
        """Refuse options that no jet can have."""
        if not 0 < self.radius <= 3:
            raise ValueError(f"radius {self.radius}: wanted more than 0 and at most 3")
        if not self.min_pt >= 0:
            raise ValueError(f"min_pt {self.min_pt}: wanted at least 0 GeV")

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the official one if it is here, else the twin, made if need be."""
        from bench_lhco.files import provenance

        if file is not None:
            told = provenance(file) or {}
            found = str(told.get("edition", "official"))
            if edition not in (None, found):
                raise bench.InputError(f"{file} is the {found} edition, wanted {edition}")
            return self._source(found, file, context)
        official = context.data / self._publication.events.name
        if edition != "twin" and official.is_file():
            return self._source("official", official, context)
        if edition == "official":
            raise bench.InputError(
                f"{official} is not there; `bench data get {self.name}` downloads it"
            )
        twin = self._twin_file(context)
        if not twin.is_file():
            self._simulate(None, context)
        return self._source("twin", twin, context)

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """Cluster every event into jets and take their features."""
        from bench_lhco.tabulate import tabulate

        return tabulate(
            source.file,
            labels=self._publication.labels(source.file),
            allowed=self.labels_allowed,
            radius=self.radius,
            min_pt=self.min_pt,
            features=self.features,
            context=context,
        )

    def get(self, context: bench.Context) -> Path:
        """Download the official file, and the master key where there is one."""
        from bench_lhco.download import get

        context.data.mkdir(parents=True, exist_ok=True)
        return get(self._publication, context)

    def make(self, simulation: bench.Simulation, context: bench.Context) -> Path:
        """Simulate the twin with Pythia 8 and write it in the official layout."""
        self._simulate(simulation, context)
        return self._twin_file(context)

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Validate every event of a file."""
        from bench_lhco.files import check

        labels = self._publication.labels(file)
        return check(file, context, labels=labels, allowed=self.labels_allowed)

    def _simulate(self, simulation: bench.Simulation | None, context: bench.Context) -> None:
        from bench_lhco.twin.make import make_twin

        if self.twin is None:
            raise bench.RequestError(
                f"there is no twin of {self.name}, only of rd and blackbox1; "
                f"`bench data get {self.name}` downloads the official file"
            )
        make_twin(self.name, self.twin, simulation, self._twin_file(context), context)

    @property
    def _publication(self) -> Publication:
        from bench_lhco.records import publication

        return publication(self.name)

    def _twin_file(self, context: bench.Context) -> Path:
        return context.data / f"{self.name}.twin.h5"

    def _source(self, edition: str, file: Path, context: bench.Context) -> bench.Source:
        from bench_lhco.digests import known_digest

        used = [file]
        key = self._publication.key
        if key is not None and (beside := file.with_name(key.name)).is_file():
            used.append(beside)
        digests = [known_digest(path, context.data / "digests") for path in used]
        return bench.Source(edition, file, "+".join(digests))


@dataclass(frozen=True)
class ResearchAndDevelopment(LhcoDataset):
    """R&D dataset: QCD dijets, and W' -> X(qq) Y(qq) of 3500, 500 and 100 GeV."""

    name = "rd"
    ratio = "1:1"
    twin = Twin(signal=14_000, background=20_000, signal_fraction=1 / 11)


@dataclass(frozen=True)
class BlackBox1(LhcoDataset):
    """Black box 1: 834 signal events of 3823, 732 and 378 GeV among a million."""

    name = "blackbox1"
    ratio = "all-signal"
    train = "rd"
    twin = Twin(signal=834, background=10_000, signal_fraction=834e-6)


@dataclass(frozen=True)
class BlackBox2(LhcoDataset):
    """Black box 2: a million background events from another generator, no signal."""

    name = "blackbox2"
    ratio = "natural"
    train = "rd"


@dataclass(frozen=True)
class BlackBox3(LhcoDataset):
    """Black box 3: a resonance of 4.2 TeV, 1200 events in two jets and 2000 in three."""

    name = "blackbox3"
    ratio = "all-signal"
    train = "rd"
    labels_allowed = (0, 1, 2)
