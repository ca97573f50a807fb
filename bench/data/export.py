"""The events of a run's samples as one table, for tools that are not plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.storage.extras import demand_libraries
from bench.storage.files import atomic_write, demand_folder_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.data.run_samples import RunSamples

PARQUET, CSV = ".parquet", ".csv"


def demand_table(file: Path) -> None:
    """Refuse a file that no table can be written to.

    Raises:
        RequestError: it has another ending, there is no such folder, or what writes it is missing.
    """
    demand_libraries("pandas")
    if file.suffix.lower() not in (PARQUET, CSV):
        raise RequestError(f"{file}: wanted a name that ends in {PARQUET} or {CSV}")
    demand_folder_of(file)


def write_samples(samples: RunSamples, file: Path) -> Iterator[str]:
    """Write the samples of a run, one below the other; gives a line about each.

    Raises:
        RequestError: as `demand_table`.
    """
    import pandas as pd

    demand_table(file)
    frame = pd.concat([sample_frame(samples, role) for role in samples.tables], ignore_index=True)
    with atomic_write(file) as draft:
        if file.suffix.lower() == PARQUET:
            frame.to_parquet(draft, index=False)
        else:
            frame.to_csv(draft, index=False)
    yield from counted(samples)


def counted(samples: RunSamples) -> Iterator[str]:
    """How many events there are of each role, a line each."""
    for role, record in samples.records.items():
        counts = f"{record.signal} signal and {record.background} background events"
        yield f"{role}: {counts} of {record.label}, {record.part} {record.size}"


def places(samples: RunSamples, role: str) -> NDArray[np.intp]:
    """The place of each event of a role among all events of its dataset: (n,)."""
    import numpy as np

    ids, every = samples.tables[role].ids, samples.whole[role].ids
    order = np.argsort(every)
    return np.asarray(order[np.searchsorted(every[order], ids)], dtype=np.intp)


def sample_frame(samples: RunSamples, role: str) -> pd.DataFrame:
    """The events of a role, a row each: which they are, label, weight and features."""
    import pandas as pd

    table, record = samples.tables[role], samples.records[role]
    columns = {
        "sample": role,
        "dataset": record.dataset,
        "edition": record.edition,
        "event": table.ids,
        "index": places(samples, role),
        "label": table.y,
        "weight": table.weights,
    }
    features = {column.name: table.x[:, i] for i, column in enumerate(table.columns)}
    return pd.DataFrame(columns | features)
