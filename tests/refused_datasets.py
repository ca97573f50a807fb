"""Datasets that a refused or killed command makes anew: the earlier or the later one, and whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from bench_lhco.files import demand_recorded
from bench_lhco.imported.listing import imported

import bench
from bench.testing.excerpt import excerpt

EARLIER, LATER = 20, 40
"""Events of the imports."""


def write_events(folder: Path) -> None:
    """The files that are imported, one after the other."""
    for name, count in (("fewer", EARLIER), ("events", LATER)):
        events = excerpt().take(np.arange(count))
        rows = pd.DataFrame(events.x, columns=[column.name for column in events.columns])
        rows.assign(label=events.y).to_csv(folder / f"{name}.csv", index=False)


def unsound_dataset(words: Sequence[str], data: Path) -> str:
    """What is wrong with the dataset that a command makes anew; empty if nothing."""
    try:
        if words[:2] == ["data", "import"]:
            return _unsound_import(data)
        return _unsound_twin(data / "rd.twin.h5") if words[:2] == ["data", "make"] else ""
    except bench.InputError as error:
        return str(error)


def _unsound_import(data: Path) -> str:
    datasets = imported(data, ())
    if [dataset.name for dataset in datasets] != ["mine"]:
        return f"imported: {datasets}"
    source = datasets[0]().open(None, None, _context(data))
    count = len(datasets[0]().table(source, _context(data)))
    return "" if count in (EARLIER, LATER) else f"{count} events"


def _unsound_twin(twin: Path) -> str:
    if not twin.is_file():
        return "the twin is lost"
    recorded = demand_recorded(twin, bench.file_digest(twin))
    return "" if recorded else "nothing can prove the twin"


def _context(data: Path) -> bench.Context:
    beside = data.parent.parent / "checked"
    return bench.Context(data=data, scratch=beside, checkpoints=beside)
