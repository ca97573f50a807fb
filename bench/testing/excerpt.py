"""A few thousand real events that come with the bench, so that a part can be tried anywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.context import Context, Source
from bench.api.errors import RequestError
from bench.api.parts import Dataset
from bench.api.table import Column, Table
from bench.plugins.registry import load_registry
from bench.storage.fingerprint import file_digest

if TYPE_CHECKING:
    from bench.api.asking import Passage
    from bench.api.dataset_requests import SimulationRequest
    from bench.api.vocabulary import Vocabulary

FILE = Path(__file__).with_name("events.parquet")
PARTICLES = Path(__file__).with_name("particles.parquet")
"""The hardest particles of their jets."""


@dataclass(frozen=True)
class Excerpt(Dataset):
    """2000 signal and 2000 background events of the twin of the R&D dataset."""

    name = "excerpt"
    mass = "m_jj"

    def open(self, edition: str | None, file: Path | None, context: Context) -> Source:
        """The file that comes with the bench.

        Raises:
            RequestError: another file or edition is wanted.
        """
        if file is not None or edition not in (None, "twin"):
            raise RequestError("the excerpt is what it is: no file, and no edition but twin")
        return Source("twin", FILE, file_digest(FILE), (PARTICLES,))

    def table(self, source: Source, context: Context) -> Table:
        """Its features."""
        return replace(read(source.file), beside=source.beside)


def excerpt() -> Table:
    """The features of the events that come with the bench: 4000 events, half of them signal."""
    return replace(read(FILE), beside=(PARTICLES,))


def events_of(name: str, home: Path, simulation: SimulationRequest | None = None) -> Table:
    """The features of all events of a dataset's twin.

    Args:
        name: of the dataset, which any plugin may offer.
        home: folder that the twin is kept in, apart from those of runs.
        simulation: how it is to be made; None for the one that is there.

    Raises:
        BenchError: there is no such dataset, or its twin cannot be made.
    """
    context = Context(data=home / "data", scratch=home / "scratch", checkpoints=home / "fits")
    dataset = load_registry().find(Dataset, name).part()
    if simulation:
        dataset.make(simulation, context)
    return dataset.table(dataset.open("twin", None, context), context)


def vocabulary_of(name: str) -> Vocabulary:
    """What people may say of a dataset's events, beyond the names of its columns.

    Raises:
        BenchError: there is no such dataset.
    """
    return load_registry().find(Dataset, name).part().vocabulary(())


def passage_of(text: str, vocabulary: Vocabulary) -> Passage:
    """A text with its numbers, as a formatter is given it.

    Raises:
        InputError: there are far more numbers in it than an event has.
    """
    from bench.formatters.numbers import scan

    return scan(text, vocabulary)[0]


def read(file: Path) -> Table:
    """A features table as `write` wrote it."""
    import numpy as np
    import pyarrow.parquet as pq

    stored = pq.read_table(file)
    names = [name for name in stored.column_names if name not in ("event", "label")]
    columns = []
    for name in names:
        metadata = stored.schema.field(name).metadata
        columns.append(Column(**{key.decode(): value.decode() for key, value in metadata.items()}))
    x = np.column_stack([stored[name].to_numpy() for name in names]).astype(np.float32)
    y = stored["label"].to_numpy().astype(np.int8)
    return Table(tuple(columns), x, y, stored["event"].to_numpy(), np.ones(len(y)))


def write(table: Table, file: Path) -> None:
    """A features table with all that is known of its columns in one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field("event", pa.uint64()), pa.field("label", pa.int8())]
    arrays = [pa.array(table.ids), pa.array(table.y)]
    for i, column in enumerate(table.columns):
        fields.append(pa.field(column.name, pa.float32(), metadata=asdict(column)))
        arrays.append(pa.array(table.x[:, i]))
    features = pa.table(arrays, schema=pa.schema(fields))
    pq.write_table(features, file, compression="zstd", use_dictionary=False)
