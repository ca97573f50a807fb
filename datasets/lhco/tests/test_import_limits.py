"""Imports are bounded: by what a file says of its events, and by what comes of it."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.import_file import LARGE
from bench_lhco.imported.portions import MOST_EVENTS
from bench_lhco.imported.repeats import EarlyRepeats
from importing import imported_dataset, left

import bench
from bench import InputError


def test_more_events_than_an_import_may_have_are_refused_by_the_files_metadata(
    tmp_path: Path, context: bench.Context
) -> None:
    zeros = pa.array(np.zeros(MOST_EVENTS + 1, np.int8))
    pq.write_table(pa.table({"a": zeros, "label": zeros}), tmp_path / "z.parquet")
    assert (tmp_path / "z.parquet").stat().st_size < 100_000
    with pytest.raises(InputError, match="10000001 events or more, wanted at most 10000000"):
        imported_dataset(context, file=tmp_path / "z.parquet")
    assert left(context) == []


def test_a_packed_file_of_nothing_but_zeros_is_refused_early(
    tmp_path: Path, context: bench.Context
) -> None:
    file = tmp_path / "z.csv.gz"
    with gzip.open(file, "wb") as f:
        f.write(b"a,b,label\n" + b"0,0,0\n" * 2_000_000)
    started = time.monotonic()
    with pytest.raises(InputError, match=r"of the first .* events are equal in all features"):
        imported_dataset(context, file=file)
    assert time.monotonic() - started < 10
    assert left(context) == []


def test_repeats_that_may_be_few_in_the_end_are_let_through() -> None:
    early = EarlyRepeats(Path("f"), 50_000_000)
    early.add(np.zeros(200_000, np.uint64))  # half a per cent of all that may come
    with pytest.raises(InputError, match="899999 of the first 900000"):
        early.add(np.zeros(700_000, np.uint64))


def test_a_large_file_is_looked_into_before_it_is_hashed(
    tmp_path: Path, context: bench.Context
) -> None:
    file = tmp_path / "holes.npy"
    with file.open("wb") as f:
        said = {"descr": "<f8", "fortran_order": False, "shape": (2**40,)}
        np.lib.format.write_array_header_1_0(f, said)
        f.truncate(4 * LARGE)
    started = time.monotonic()
    with pytest.raises(InputError):
        imported_dataset(context, file=file)
    assert time.monotonic() - started < 10
