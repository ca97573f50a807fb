"""Pickles planted wherever pandas and PyTables would load one: nothing of them runs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from bad_inputs import official, rows, stored

NODES = ("/", "/df", "/df/axis0", "/df/axis1", "/df/block0_items", "/df/block0_values")
NAMES = ("name", "CLASS", "TITLE", "FILTERS", "kind", "pandas_type", "encoding", "errors")
NAMES += ("axis0_variety", "transposed", "values_cols", "info", "non_index_axes", "bench_note")


def trap(ran: Path) -> bytes:
    """Text of protocol 0, ending in a dot, that creates a file when it is unpickled."""
    return f"cposix\nsystem\n(S'touch {ran}'\ntR.".encode()


def in_attributes(path: Path, planted: bytes) -> None:
    """Every attribute that anything looks at; the values are sound."""
    with h5py.File(official(path), "a") as f:
        for node in NODES:
            for name in NAMES:
                if name != "bench_note" or node == "/":
                    f[node].attrs[name] = np.bytes_(planted)


def in_a_block_of_objects(path: Path, planted: bytes) -> None:
    pickled_array(path, "df/block0_values", planted)


def in_the_names_of_the_columns(path: Path, planted: bytes) -> None:
    stored(path, rows())
    for axis in ("df/axis0", "df/block0_items"):
        pickled_array(path, axis, planted)


def pickled_array(path: Path, where: str, planted: bytes) -> None:
    """As PyTables keeps an array of Python objects: one pickle in a row of variable length."""
    with h5py.File(path, "a") as f:
        array = f.create_dataset(where, (1,), h5py.vlen_dtype(np.dtype("u1")))
        array[0] = np.frombuffer(planted, "u1")
        array.attrs["CLASS"] = np.bytes_("VLARRAY")
        array.attrs["PSEUDOATOM"] = np.bytes_("object")


def test_the_trap_is_one(tmp_path: Path) -> None:
    pickle.loads(trap(tmp_path / "ran"))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("plant", "ends", "message"),
    [
        (in_attributes, 2, "a text that cannot be printed"),  # bench_note, shown if it could be
        (in_a_block_of_objects, 2, "has shape (1,)"),
        (in_the_names_of_the_columns, 0, "events: 10, none invalid"),
    ],
)
def test_nothing_planted_runs(
    plant: Callable[[Path, bytes], None], ends: int, message: str, tmp_path: Path
) -> None:
    path, ran = tmp_path / "events.h5", tmp_path / "ran"
    plant(path, trap(ran))
    checked = subprocess.run(
        [sys.executable, "-m", "bench", "data", "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BENCH_HOME": str(tmp_path / "home")},
    )
    assert checked.returncode == ends, checked.stderr
    assert message in checked.stdout + checked.stderr
    assert not ran.exists()


def test_planted_attributes_do_not_keep_sound_values_from_being_read(tmp_path: Path) -> None:
    path, ran = tmp_path / "events.h5", tmp_path / "ran"
    in_attributes(path, trap(ran))
    with h5py.File(path, "a") as f:
        del f.attrs["bench_note"]
    checked = subprocess.run(
        [sys.executable, "-m", "bench", "data", "check", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "BENCH_HOME": str(tmp_path / "home")},
    )
    assert "events: 10, none invalid" in checked.stdout
    assert not ran.exists()
