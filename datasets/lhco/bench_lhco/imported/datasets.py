"""Imported datasets as parts of the bench: events of particles, and features."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import bench
from bench_lhco.cards import Card, ColumnCard, FileCard, toml_of
from bench_lhco.datasets import LhcoDataset
from bench_lhco.features.standard import FLAG
from bench_lhco.imported.places import CARD, EDITION, FILES, LABEL, SPLITS, folder_of
from bench_lhco.labels import ANY, NOMINAL
from bench_lhco.records import Publication

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JET = re.compile(r"j(\d)_(\w+)")
"""A column of one jet, by the names of the bench's own features."""
OF_BOTH = ("dr_jj", "m_jj")
"""Columns that say nothing without a second jet."""


def dataset_of(card: Card) -> type[bench.Dataset]:
    """The dataset that a card describes."""
    particles = card.layout.form == "particles"
    mass = LhcoDataset.mass
    in_gev = mass in card.columns and card.columns[mass].unit == "GeV"
    attributes = {
        "__doc__": card.title,
        "__module__": __name__,
        "name": card.name,
        "kinds": card.kinds,
        "mass": mass if particles or in_gev else None,
        "described": card,
    }
    return type(card.name, (ImportedEvents if particles else ImportedFeatures,), attributes)


@dataclass(frozen=True)
class ImportedEvents(LhcoDataset):
    """Imported events of particles, in the official layout."""

    described: ClassVar[Card]

    signal: str = ANY
    """What counts as signal, `any` or one kind of the card's; events of others are left out."""

    def __post_init__(self) -> None:
        """Refuse options that no jet can have, and signal of no kind."""
        super().__post_init__()
        _demand_kind(self.signal, self.kinds)

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The file named, else the imported one."""
        if self.variation != NOMINAL:
            raise bench.RequestError(f"{self.name} is imported, so no simulation of it is varied")
        if file is not None and not _is_own(self.described, "events", file, context):
            return super().open(edition, file, context)
        source = _source(self.described, "events", edition, context)
        return self._with_constituents(source, context)

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """Cluster every event into jets; a published division goes with the events."""
        from bench_lhco.tabulate import tabulate

        own = _is_own(self.described, "events", source.file, context)
        splits = _splits(source.file, self.described) if own else None
        recipe = self._recipe(source.file, source.digest)
        labels = self._publication.labels(source.file, self._labels)
        return tabulate(recipe, labels, self.kinds, self.signal, context, splits=splits)

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Validate every event of a file."""
        own = _is_own(self.described, "events", file, context)
        return [
            *super().check(file, context),
            *(_division_lines(self.described, file) if own else ()),
        ]

    def get(self, context: bench.Context) -> Path:
        """There is nothing to download."""
        return bench.Dataset.get(self, context)

    def make(self, simulation: bench.SimulationRequest, context: bench.Context) -> Path:
        """There is nothing to simulate."""
        return bench.Dataset.make(self, simulation, context)

    def card(self) -> str:
        """The card that the import wrote."""
        return toml_of(self.described)

    @property
    def _publication(self) -> Publication:
        return Publication(FileCard("events", FILES["events"]))


@dataclass(frozen=True)
class ImportedFeatures(bench.Dataset):
    """Imported features, a row an event."""

    recognizes_files = False
    described: ClassVar[Card]
    kinds: ClassVar[tuple[str, ...]]

    signal: str = ANY
    """What counts as signal, `any` or one kind of the card's; events of others are left out."""

    def __post_init__(self) -> None:
        """Refuse signal of no kind."""
        _demand_kind(self.signal, self.kinds)

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """The imported file."""
        if file is not None and not _is_own(self.described, "features", file, context):
            raise bench.RequestError(f"--file {file}: wanted {self.name} as it was imported")
        return _source(self.described, "features", edition, context)

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """The features as they were imported, each event once."""
        import numpy as np

        from bench_lhco.imported.divided import once

        x, labels = _read(source.file, self.described)
        splits = _splits(source.file, self.described)
        ids = bench.event_ids(x)
        rows = once(ids, splits)
        if twice := len(ids) - len(rows):
            context.notice(f"{self.name}: {twice} repeated events are left out")
        if self.signal != ANY:
            rows = rows[np.isin(labels[rows], (0, self.kinds.index(self.signal) + 1))]
        columns = self.described.columns
        return bench.Table(
            columns=tuple(_column(name, card, columns) for name, card in columns.items()),
            x=x[rows],
            y=(labels[rows] > 0).astype(np.int8),
            ids=ids[rows],
            weights=np.ones(len(rows)),
            splits=None if splits is None else splits[rows],
        )

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        """Compare the imported file with its card, and count what is in it."""
        import numpy as np

        _demand_bytes(self.described, "features", file, context)
        x, labels = _read(file, self.described)
        counts = np.bincount(labels, minlength=len(self.kinds) + 1)
        named_counts = zip((label.name for label in self.described.labels), counts, strict=True)
        twice = len(x) - len(np.unique(bench.event_ids(x)))
        return [
            f"features: {', '.join(self.described.columns)}",
            f"events: {len(x)}; {', '.join(f'{count} {name}' for name, count in named_counts)}",
            f"duplicates: {twice} of {len(x)} events are there more than once",
            "sha256: as in the card",
            *_division_lines(self.described, file),
        ]

    def card(self) -> str:
        """The card that the import wrote."""
        return toml_of(self.described)


def _demand_kind(signal: str, kinds: Sequence[str]) -> None:
    if signal not in (ANY, *kinds):
        raise ValueError(f"signal {signal}: wanted {' or '.join((ANY, *kinds))}")


def _is_own(card: Card, role: str, file: Path, context: bench.Context) -> bool:
    """Whether a file that is named is the dataset's own."""
    return file.resolve() == (folder_of(card.name, context.data) / FILES[role]).resolve()


def _source(card: Card, role: str, edition: str | None, context: bench.Context) -> bench.Source:
    """The file of an imported dataset, whose digest holds for what the card makes of it as well."""
    import msgspec

    if edition not in (None, EDITION):
        raise bench.InputError(f"{card.name} is {EDITION}, wanted no edition, got {edition}")
    file = folder_of(card.name, context.data) / FILES[role]
    digest = _demand_bytes(card, role, file, context)
    made = [card.kinds, list(card.columns.items())]
    if card.file("splits"):
        made.append(_demand_bytes(card, "splits", file.with_name(SPLITS), context))
    decisive = msgspec.json.encode(made)
    return bench.Source(EDITION, file, f"{digest}+{sha256(decisive).hexdigest()}")


def _demand_bytes(card: Card, role: str, file: Path, context: bench.Context) -> str:
    """The sha256 of the file, which is the card's.

    Raises:
        InputError: no such file, or not the bytes that the import made.
    """
    from bench_lhco.digests import known_digest

    made, digest = card.file(role), known_digest(file, context.data / "digests", context.progress)
    if made is None or made.sha256 != digest:
        raise bench.InputError(
            f"{file}: its sha256 is {digest[:16]}..., not that in {file.with_name(CARD)};"
            " wanted the file that the import made"
        )
    return digest


def _splits(file: Path, card: Card) -> NDArray[np.int8] | None:
    """What a published division says of each event of an import, if it has one: (n,)."""
    import numpy as np

    return np.load(file.with_name(SPLITS), allow_pickle=False) if card.file("splits") else None


def _division_lines(card: Card, file: Path) -> Sequence[str]:
    """How many events each part of a published division has, by its file."""
    import numpy as np

    splits = _splits(file, card)
    if splits is None or card.division is None:
        return []
    counts = np.bincount(splits, minlength=len(bench.Split))
    counted = ", ".join(f"{counts[s]} {s.name.lower()}" for s in bench.Split if counts[s])
    return [f"division: published, by {card.division.source}: {counted}"]


def _read(file: Path, card: Card) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """The features (n, d) and labels (n,) of a file that an import made."""
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    if table.column_names != [*card.columns, LABEL]:
        raise bench.InputError(
            f"{file}: has the columns {table.column_names}, not those of its card"
        )
    x = np.stack([table[name].to_numpy() for name in card.columns], axis=1)
    return x, table[LABEL].to_numpy()


def _column(name: str, card: ColumnCard, columns: Collection[str]) -> bench.Column:
    """A column by its card; what it describes, by the names that people give to jets' features."""
    jet = JET.fullmatch(name)
    needs = FLAG if FLAG in columns and (name in OF_BOTH or (jet and jet[1] == "2")) else ""
    if jet is None:
        return bench.Column(name, card.unit, card.meaning, needs=needs)
    of = {"object": f"jet {jet[1]}", "quantity": jet[2], "needs": needs}
    return bench.Column(name, card.unit, card.meaning, **of)
