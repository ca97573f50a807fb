"""The constituents of the two leading jets in Parquet, for models that read particles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import bench
from bench_lhco.events import ends
from bench_lhco.jets import LEADING, Jets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles
    from bench_lhco.recipe import Recipe


class WithJets(NamedTuple):
    """n events whose jets were found."""

    ids: NDArray[np.uint64]  # (n,)
    labels: NDArray[np.int8]  # (n,)
    jets: Jets
    particles: Particles


GROUPS = ("j1", "j2", "others")
"""What particles are kept by: the two jets, and what is in neither."""
MOMENTUM = ("pt", "eta", "phi")


def keep_constituents(file: Path, parts: Sequence[WithJets], *, others: bool = False) -> None:
    """Write `event`, `label` and, for each of the two jets, lists of pt [GeV], eta and phi [rad].

    Columns `j1_pt`, `j1_eta`, `j1_phi` and the same of `j2`, each a list of float32 an event,
    hardest constituent first; empty where there is no such jet. With `others` the same of the
    particles in neither jet, `others_pt` and so on.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for ids, labels, jets, particles in parts:
        columns = {"event": pa.array(ids), "label": pa.array(labels)}
        groups = [_of_jet(jets, particles, jet) for jet in range(LEADING)]
        groups += [_in_no_jet(jets, particles)] if others else []
        for group, (offsets, values) in zip(GROUPS, groups, strict=False):
            for i, name in enumerate(MOMENTUM):
                flat = pa.array(np.ascontiguousarray(values[:, i]))
                columns[f"{group}_{name}"] = pa.ListArray.from_arrays(pa.array(offsets), flat)
        tables.append(pa.table(columns))
    pq.write_table(pa.concat_tables(tables), file, compression="zstd")


def constituents_file(recipe: Recipe, data: Path) -> Path:
    """Where the constituents of a whole file are kept.

    The name has what was asked for in it and then what decides the bytes, so that a later file for
    the same is known to replace an older one.
    """
    identity = bench.digest({**asdict(recipe), "path": str(recipe.path.absolute()), "digest": ""})
    return data / "constituents" / f"{recipe.path.stem}-{identity[:12]}-{recipe.key}.parquet"


def gather_constituents(parts: Sequence[Path], rows: NDArray[np.intp], file: Path) -> None:
    """Put these rows, ascending, of some such files, one file after the other, into one file.

    Files that it replaces, by their names as `constituents_file` gives them, are removed.
    """
    import pyarrow.parquet as pq

    file.parent.mkdir(parents=True, exist_ok=True)
    for draft in file.parent.glob(f".{file.name}.*.tmp"):
        draft.unlink()  # of a process that was killed over it
    done = 0
    with (
        bench.atomic_write(file) as temporary,
        pq.ParquetWriter(temporary, pq.read_schema(parts[0]), compression="zstd") as writer,
    ):
        for part in parts:
            table = pq.read_table(part)
            first, last = np.searchsorted(rows, [done, done + len(table)])
            writer.write_table(table.take(rows[first:last] - done))
            done += len(table)
    identity, _, _ = file.name.rpartition("-")
    for other in file.parent.glob(f"{escape(identity)}-*.parquet"):
        if other != file:
            other.unlink()


def _of_jet(
    jets: Jets, particles: Particles, jet: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The constituents of one of the jets of every event, hardest first, and where each begins."""
    counts = jets.n_constituents[:, jet]
    owner = np.repeat(np.arange(LEADING * len(jets)), np.diff(jets.offsets))
    members = jets.members[owner % LEADING == jet]
    event = np.repeat(np.arange(len(jets)), counts)
    order = np.lexsort((-particles.pt[members], event))
    return ends(counts).astype(np.int32), particles.values[members[order]]


def _in_no_jet(jets: Jets, particles: Particles) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The particles of every event that are in neither jet, hardest first, in the same form."""
    free = np.ones(len(particles.values), dtype=bool)
    free[jets.members] = False
    places = np.flatnonzero(free)
    event = np.repeat(np.arange(len(particles)), particles.counts)[places]
    order = np.lexsort((-particles.pt[places], event))
    counts = np.bincount(event, minlength=len(particles))
    return ends(counts).astype(np.int32), particles.values[places[order]]
