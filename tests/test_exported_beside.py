"""A file of particles that anyone hands to an exported model is looked at before it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import bench
from bench.exporting.beside import demand_beside
from bench.testing.excerpt import PARTICLES


@pytest.fixture(scope="module")
def particles() -> pa.Table:
    return pq.read_table(PARTICLES).slice(0, 50)


def ids_of(particles: pa.Table) -> np.ndarray:
    return particles["event"].to_numpy()


def replaced(particles: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return particles.set_column(particles.column_names.index(name), name, column)


def test_a_file_that_holds_the_events_is_taken(particles: pa.Table, tmp_path: Path) -> None:
    file = tmp_path / "particles.parquet"
    pq.write_table(particles, file, row_group_size=20)
    demand_beside(file, ids_of(particles)[7:30])
    with pytest.raises(bench.InputError, match="2 of 3 events are not in it"):
        demand_beside(file, np.append(ids_of(particles)[:1], np.array([1, 2], np.uint64)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.drop_columns(["event"]), "no column event"),
        (lambda p: pa.concat_tables([p, p]), "50 of 100 events are there more than once"),
        (
            lambda p: replaced(p, "j1_pt", pa.nulls(len(p), p["j1_pt"].type)),
            "j1_pt has no list in 50 events",
        ),
        (
            lambda p: replaced(p, "j1_eta", p["j1_eta"].take(np.roll(np.arange(len(p)), 1))),
            "j1_eta and j1_pt have lists of different lengths",
        ),
    ],
)
def test_one_that_does_not_fit_together_is_refused(
    particles: pa.Table, tmp_path: Path, change: Callable[[pa.Table], pa.Table], said: str
) -> None:
    file = tmp_path / "particles.parquet"
    pq.write_table(change(particles), file)
    with pytest.raises(bench.InputError, match=said):
        demand_beside(file, ids_of(particles))


def test_what_is_no_such_file_is_said(particles: pa.Table, tmp_path: Path) -> None:
    with pytest.raises(bench.InputError, match="there is no such file"):
        demand_beside(tmp_path / "none.parquet", ids_of(particles))
    file = tmp_path / "text.parquet"
    file.write_text("event,pt\n1,2\n")
    with pytest.raises(bench.InputError, match="no Parquet file"):
        demand_beside(file, ids_of(particles))
    pq.write_table(particles, file)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(bench.InputError, match="a damaged one"):
        demand_beside(file, ids_of(particles))
