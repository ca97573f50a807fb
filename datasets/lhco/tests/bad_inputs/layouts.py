"""What is no HDF5 file, and what is one in another layout."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np

from bad_inputs.listing import WHERE, bad, official, rows, stored


@bad("no such file")
def missing(path: Path) -> None:
    """Nothing is written."""


@bad("not a regular file")
def a_folder(path: Path) -> None:
    path.mkdir()


@bad("not a regular file")
def a_pipe_that_nobody_writes_to(path: Path) -> None:
    os.mkfifo(path)


@bad("the file is empty")
def an_empty_file(path: Path) -> None:
    path.touch()


@bad("not an HDF5 file")
def a_text_file(path: Path) -> None:
    path.write_text("pt,eta,phi\n" * 100)


@bad("damaged or not readable|not an HDF5 file")
def only_a_signature(path: Path) -> None:
    path.write_bytes(b"\x89HDF\r\n\x1a\n")


@bad("damaged or not readable", dangerous=True)
def cut_in_the_middle(path: Path) -> None:
    whole = official(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@bad("damaged or not readable", dangerous=True)
def cut_by_one_byte(path: Path) -> None:
    path.write_bytes(official(path).read_bytes()[:-1])


@bad("there is no /df")
def wrong_key_of_the_frame(path: Path) -> None:
    stored(path, rows(), "events")


@bad("neither block0_values nor table")
def wrong_key_of_the_values(path: Path) -> None:
    stored(path, rows(), "df/values")


@bad("/df is no group")
def a_dataset_for_the_frame(path: Path) -> None:
    stored(path, rows(), "df")


@bad("/df/block0_values is no dataset")
def a_group_for_the_values(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_group(WHERE)


@bad("has 2102 columns")
def several_blocks(path: Path) -> None:
    with h5py.File(stored(path, rows()), "a") as f:
        f["df/block1_values"] = np.zeros((10, 1), np.int64)


@bad(r"has shape \(1,\)")
def columns_of_objects(path: Path) -> None:
    """As pandas writes them: one pickle of the whole block."""
    with h5py.File(path, "w") as f:
        kind = h5py.vlen_dtype(np.dtype("u1"))
        values = f.create_dataset(WHERE, (1,), kind)
        values[0] = np.frombuffer(b"cposix\nsystem\n(S'touch ran'\ntR.", "u1")
        values.attrs["CLASS"] = np.bytes_("VLARRAY")
        values.attrs["PSEUDOATOM"] = np.bytes_("object")


@bad("holds object, wanted float32 or float64")
def ragged_rows(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (3, 2101), h5py.vlen_dtype(np.dtype("f4")))


@bad("has 10 columns, wanted 2100")
def transposed(path: Path) -> None:
    stored(path, rows().T)


@bad("event 0 has an .eta. above 10; 2095 of 2100 events", "blackbox2")
def transposed_and_square(path: Path) -> None:
    stored(path, np.ascontiguousarray(rows(2100)[:, :2100].T), compression="gzip")


@bad("has 15 columns, wanted 2100")
def features_for_particles(path: Path) -> None:
    stored(path, rows()[:, :15])


@bad(r"has shape \(21010,\)")
def one_dimension(path: Path) -> None:
    stored(path, rows().ravel())


@bad("holds int64, wanted float32 or float64")
def whole_numbers(path: Path) -> None:
    stored(path, rows().astype(np.int64))


@bad("holds .S1, wanted float32 or float64")
def texts(path: Path) -> None:
    stored(path, np.full((2, 2101), b"x"))


@bad("holds float16, wanted float32 or float64")
def half_precision(path: Path) -> None:
    stored(path, rows().astype(np.float16))


@bad(r"holds \[\('evil")
def a_type_with_a_name_that_is_too_long(path: Path) -> None:
    stored(path, np.zeros((2, 2101), np.dtype([("evil" * 500, "<f8")])), compression="gzip")


@bad("has no events")
def no_events(path: Path) -> None:
    stored(path, rows(0))


@bad("holds int64")
def a_table_of_whole_numbers(path: Path) -> None:
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<i8", (2101,))])
    stored(path, np.zeros(10, kind), "df/table")


@bad("has 2102 columns")
def a_table_of_several_blocks(path: Path) -> None:
    kind = np.dtype([("values_block_0", "<f8", (2100,)), ("values_block_1", "<i8", (2,))])
    stored(path, np.zeros(10, kind), "df/table")


@bad("no table with all its columns in values_block_0")
def a_table_of_scalars(path: Path) -> None:
    stored(path, np.zeros(10, np.dtype([("values_block_0", "<f8")])), "df/table")


@bad("has 14 columns")
def a_table_that_is_too_narrow(path: Path) -> None:
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (14,))])
    stored(path, np.zeros(10, kind), "df/table")
