"""The datasets as parts of the bench: which file is read, which twin stands in for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import bench
from bench_lhco.editions import TWIN, demand_varied_twin, edition_of_file, twin_edition, twin_name
from bench_lhco.labels import ANY, NOMINAL, Twin, VariationName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_lhco.constituents import WithJets
    from bench_lhco.recipe import Recipe
    from bench_lhco.records import Publication


@dataclass(frozen=True)
class LhcoDataset(bench.Dataset):
    """Jet features of events in the official file layout."""

    mass = "m_jj"
    recognizes_files = False
    particle_layouts = ("weaver", "jetnet", "omnilearned")
    twin: ClassVar[Twin]
    kinds: ClassVar[tuple[str, ...]] = ("signal",)
    """The kinds of signal, which have the labels 1, 2 and so on; there may be none."""

    radius: float = 1.0
    """Jet radius of the anti-kt algorithm, in rapidity and azimuth."""
    min_pt: float = 20.0
    """Least transverse momentum of a reconstructed jet, GeV; not the trigger's 1200."""
    features: Literal["standard", "substructure", "subjettiness", "diary"] = "standard"
    """Feature set: `standard`, `substructure` for more of it, `subjettiness` for the 56 observables
    that trees are published with and m_jj, or `diary` for the study diary's 16 numbers as its code
    made them; `docs/reference/features.md` has all of them."""
    variation: VariationName = NOMINAL
    """Which twin: one with another shower recoil, tune, with multiparton interactions, or with
    another scale, resolution or towers of the detector; an edition of its own."""
    constituents: bool = False
    """Keep the jets' constituents too, for models that read particles: a Parquet file by event,
    written when the features are made, and anew where it is missing."""
    other_particles: bool = False
    """Keep with the constituents the particles that are in neither jet."""
    skip_bad_events: bool = False
    """Leave out invalid events and count them, as long as they are at most one in a thousand."""

    def __post_init__(self) -> None:
        """Refuse options that no jet can have."""
        if not 0 < self.radius <= 3:
            raise ValueError(f"radius {self.radius}: wanted more than 0 and at most 3")
        if not self.min_pt >= 0:
            raise ValueError(f"min_pt {self.min_pt}: wanted at least 0 GeV")
        if self.other_particles and not self.constituents:
            raise ValueError("other_particles: they are kept with constituents=true alone")

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the official one if it is here, else the twin, made if need be."""
        from bench_lhco.files import inspected

        demand_varied_twin(edition, self.variation)
        if file is not None:
            recorded = edition_of_file(file, inspected(file).provenance, edition, self.variation)
            return self._source(recorded, file, context)
        twin_wanted = self.variation != NOMINAL or edition == TWIN
        official = self._official(context)
        missing = [path for path in official if not path.is_file()]
        if not twin_wanted and not missing:
            return self._source("official", official[0], context)
        if edition == "official":
            raise bench.InputError(
                f"{missing[0]} is not there; `bench data get {self.name}` downloads it"
            )
        twin = self._twin_file(context)
        if not twin.is_file():
            self._simulate(None, context)
        return self._source(twin_edition(self.variation), twin, context)

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """Cluster every event into jets and take their features."""
        from bench_lhco.tabulate import tabulate

        recipe = self._recipe(source.file, source.digest)
        labels = self._publication.labels(source.file, self._labels)
        table = tabulate(recipe, labels, self.kinds, getattr(self, "signal", ANY), context)
        return replace(table, beside=source.beside)

    def particles(
        self, source: bench.Source, ids: NDArray[np.uint64], context: bench.Context
    ) -> Iterator[WithJets]:
        """The particles and jets of events of the source, each once, a slice at a time.

        Raises:
            InputError: the file was changed, or lacks an event.
        """
        given = 0
        for part in self._chosen(source, ids, context):
            given += len(part.ids)
            yield part
        if given < len(ids):
            missing = len(ids) - given
            raise bench.InputError(f"{source.file}: {missing} of {len(ids)} events are not in it")

    def _chosen(
        self, source: bench.Source, ids: NDArray[np.uint64], context: bench.Context
    ) -> Iterator[WithJets]:
        """As many of the events as the source has."""
        from bench_lhco.particles import chosen_events
        from bench_lhco.tabulate import demand_unchanged

        recipe = self._recipe(source.file, source.digest)
        demand_unchanged(recipe, context)
        yield from chosen_events(recipe, self._publication.labels(source.file, self._labels), ids)

    def export_particles(
        self, request: bench.ExportRequest, context: bench.Context
    ) -> Sequence[bench.ExportedFile]:
        """Write events of samples as weaver, JetNet or OmniLearned reads them."""
        from bench_lhco.exported import export_particles

        return export_particles(request, context)

    def get(self, context: bench.Context) -> Path:
        """Download the official file, and the master key where there is one."""
        from bench_lhco.download import get

        context.data.mkdir(parents=True, exist_ok=True)
        return get(self._publication, context)

    def make(self, simulation: bench.SimulationRequest, context: bench.Context) -> Path:
        """Simulate the twin with Pythia 8 and write it in the official layout."""
        self._simulate(simulation, context)
        return self._twin_file(context)

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Validate every event of a file."""
        from bench_lhco.files import check

        labels = self._publication.labels(file, self._labels)
        return check(file, context, labels=labels, kinds=self.kinds)

    def import_file(self, request: bench.ImportRequest, context: bench.Context) -> Sequence[str]:
        """Convert a file in one of the layouts that people have, and keep it with a card."""
        from bench_lhco.imported.import_file import import_file

        return import_file(request, context)

    def vocabulary(self, columns: Sequence[bench.Column]) -> bench.Vocabulary:
        """What people call the quantities of jets."""
        from bench_lhco.asking.words import vocabulary

        return vocabulary(columns)

    def arrange(
        self, said: Mapping[str, float], columns: Sequence[bench.Column]
    ) -> Mapping[str, str]:
        """The jets by their pt, but for the study diary's columns."""
        from bench_lhco.asking.derive import arrange

        return arrange(said, columns)

    def derive(
        self, said: Mapping[str, float], columns: Sequence[bench.Column]
    ) -> Sequence[bench.Derived]:
        """What follows from jets' four-momenta and from parts of them."""
        from bench_lhco.asking.derive import derive

        return tuple(derive(said, columns))

    def _simulate(self, simulation: bench.SimulationRequest | None, context: bench.Context) -> None:
        from bench_lhco.twin.make import make_twin

        path = self._twin_file(context)
        make_twin(self.name, self.twin, simulation, path, context, variation=self.variation)

    @property
    def _publication(self) -> Publication:
        from bench_lhco.records import publication

        return publication(self.name)

    @property
    def _publications(self) -> tuple[Publication, ...]:
        """What is published of the events, the dataset's own file first."""
        return (self._publication,)

    @property
    def _labels(self) -> tuple[int, ...]:
        return tuple(range(len(self.kinds) + 1))

    def _official(self, context: bench.Context) -> list[Path]:
        """The published files that the events are in, the dataset's own one first."""
        return [context.data / published.events.name for published in self._publications]

    def _twin_file(self, context: bench.Context) -> Path:
        return context.data / twin_name(self.name, self.variation)

    def _source(self, edition: str, file: Path, context: bench.Context) -> bench.Source:
        from bench_lhco.digests import known_digest
        from bench_lhco.files import demand_recorded
        from bench_lhco.twin.record import demand_as_made

        official = self._official(context)
        used = official if file == official[0] else [file]
        key = self._publication.key
        if key is not None and (beside := file.with_name(key.name)).is_file():
            used = [*used, beside]
        digests = [known_digest(path, context.data / "digests", context.progress) for path in used]
        hashes = [published.events.sha256 for published in self._publications]
        known = dict(zip(official, hashes, strict=True))
        for path, digest in zip(used, digests, strict=True):
            if path == self._twin_file(context):
                demand_as_made(path, digest, self.name, self.variation)
            else:
                demand_recorded(path, digest, known.get(path))
        return self._with_constituents(bench.Source(edition, file, "+".join(digests)), context)

    def _with_constituents(self, source: bench.Source, context: bench.Context) -> bench.Source:
        """The source with the file of constituents that belongs to it, if they are kept."""
        from bench_lhco.constituents import constituents_file

        if not self.constituents:
            return source
        constituents = constituents_file(self._recipe(source.file, source.digest), context.data)
        return replace(source, beside=(*source.beside, constituents))

    def _recipe(self, file: Path, digest: str) -> Recipe:
        from bench_lhco.recipe import Recipe

        return Recipe(
            file,
            digest=digest,
            radius=self.radius,
            min_pt=self.min_pt,
            features=self.features,
            allowed=self._labels,
            skip=self.skip_bad_events,
            constituents=self.constituents,
            others=self.other_particles,
        )


@dataclass(frozen=True)
class ResearchAndDevelopment(LhcoDataset):
    """R&D dataset: QCD dijets, and W' -> X(qq) Y(qq) of 3500, 500 and 100 GeV."""

    name = "rd"
    recognizes_files = True
    ratio = "1:1"
    twin = Twin({"background": 20_000, "signal": 14_000}, signal_fraction=1 / 11)


@dataclass(frozen=True)
class BlackBox1(LhcoDataset):
    """Black box 1: 834 signal events of 3823, 732 and 378 GeV among a million."""

    name = "blackbox1"
    ratio = "all-signal"
    train = "rd"
    twin = Twin({"background": 10_000, "signal": 834}, signal_fraction=834e-6)


@dataclass(frozen=True)
class BlackBox2(LhcoDataset):
    """Black box 2: a million background events from another generator, no signal."""

    name = "blackbox2"
    ratio = "natural"
    train = "rd"
    kinds = ()
    twin = Twin({"background": 10_000}, signal_fraction=0.0)


@dataclass(frozen=True)
class BlackBox3(LhcoDataset):
    """Black box 3: a resonance of 4.2 TeV, 1200 events in two jets and 2000 in three."""

    name = "blackbox3"
    ratio = "all-signal"
    train = "rd"
    kinds = ("dijet", "trijet")
    twin = Twin({"background": 10_000, "dijet": 1200, "trijet": 2000}, signal_fraction=3200e-6)

    signal: Literal["any", "dijet", "trijet"] = "any"
    """What counts as signal; events of the other kind are left out."""
