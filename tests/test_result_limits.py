"""Files of results that are bombs are refused in one line, whoever reads them, in seconds."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot

from bench.api.errors import InputError
from bench.outside.counts import read_counts
from bench.outside.dataframes import read_frame
from bench.workbench.progress import progress

MANY = 6_000_000


def parquet(path: Path, **columns: object) -> None:
    pq.write_table(pa.table(columns), path, compression="zstd")


def header(path: Path, shape: tuple[int, ...], kind: str, content: bytes = b"\0" * 100) -> None:
    with path.open("wb") as f:
        said = {"descr": kind, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(f, said)
        f.write(content)


def sparse(path: Path) -> None:
    header(path, (100_000_000,), "<f8")
    os.truncate(path, 800_000_128)


def zipped(path: Path) -> None:
    header(path.with_suffix(".npy"), (MANY, 2), "<f4", b"\0" * 8 * MANY)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path.with_suffix(".npy"), "prediction.npy")


def lying(path: Path) -> None:
    """A member whose array says that it is far larger than the member."""
    header(path.with_suffix(".npy"), (1_000_000,), "<f8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path.with_suffix(".npy"), "prediction.npy")


def crowded(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as z:
        for i in range(200):
            z.writestr(f"a{i}.npy", b"")


def listed(path: Path) -> None:
    """One event with forty million values."""
    values = pa.array(np.zeros(40_000_000, np.float32))
    parquet(path, scores=pa.ListArray.from_arrays([0, 40_000_000], values), label=[1], _label_=[1])


def deep(path: Path) -> None:
    nested = pa.array([1.0])
    for _ in range(60):
        nested = pa.ListArray.from_arrays([0, 1], nested)
    parquet(path, score=nested, event=[1])


ZEROS = np.zeros(MANY, np.int8)
BOMBS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "rows of zeros": ("p.parquet", lambda p: parquet(p, event=ZEROS, score=ZEROS), "6000000 rows"),
    "columns": (
        "p.parquet",
        lambda p: parquet(p, **{f"c{i}": [1] for i in range(1100)}),
        "1100 columns, wanted at most 1000",
    ),
    "one huge word": (
        "p.parquet",
        lambda p: parquet(p, event=[1], score=["1" * 50_000_000]),
        "more than 200 bytes for each event|takes more than",
    ),
    "one huge list": ("p.parquet", listed, "more than 200 bytes for each event|takes more than"),
    "lists in lists": ("p.parquet", deep, "cannot be read as parquet|wanted real numbers"),
    "no Parquet": ("p.parquet", lambda p: p.write_bytes(b"PAR1" * 50), "cannot be read as par"),
    "a long line": (
        "t.csv",
        lambda p: p.write_text("event,score\n1," + "0" * 200_000),
        "a line of",
    ),
    "a wide heading": ("t.csv", lambda p: p.write_text("c," * 2000 + "\n"), "2001 columns"),
    "an open quote": ("t.csv", lambda p: p.write_text('event,score\n"1,2\n3,4\n'), "not closed"),
    "lines": ("t.csv", lambda p: p.write_bytes(b"event,score\n" + b"1,0\n" * MANY), "1400001 rows"),
    "an array that lies": ("a.npy", lambda p: header(p, (2**40,), "<f8"), "wanted at most 1400000"),
    "less than it says": ("a.npy", lambda p: header(p, (1_000_000,), "<f8"), "says 8000000 bytes"),
    "a wide array": ("a.npy", lambda p: header(p, (2, 2**30), "<f8"), "an array of shape"),
    "a wide type": ("a.npy", lambda p: header(p, (2,), "<U1000000"), "says 8000000 bytes"),
    "objects": ("a.npy", lambda p: header(p, (2,), "|O"), "no arrays of numbers"),
    "a header without end": (
        "a.npy",
        lambda p: p.write_bytes(b"\x93NUMPY\x02\0\xff\xff\xff\x7f" + b"{" * 999),
        "no arrays of numbers|takes more than",
    ),
    "holes": ("a.npy", sparse, "wanted at most 1400000 scores"),
    "zeros, packed": ("a.npz", zipped, "an array of shape"),
    "a member that lies": ("a.npz", lying, "says 8000000 bytes"),
    "members": ("a.npz", crowded, "200 arrays, wanted at most 100"),
    "no ROOT": ("r.root", lambda p: p.write_bytes(b"root" + b"\xff" * 5000), "cannot be read as"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_one_line_and_in_seconds(name: str, tmp_path: Path) -> None:
    file, make, said = BOMBS[name]
    make(tmp_path / file)
    started = time.monotonic()
    with pytest.raises(InputError, match=said) as error:
        read_frame(tmp_path / file)
    assert time.monotonic() - started < 10
    assert "\n" not in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("branch", ["wide", "lists"])
def test_a_basket_of_root_that_grows_is_refused_in_seconds(branch: str, tmp_path: Path) -> None:
    zeros, event = np.zeros(120_000_000, np.float32), np.arange(2, dtype=np.uint64)
    score = zeros.reshape(2, -1) if branch == "wide" else ak.unflatten(zeros, [zeros.size - 1, 1])
    kind = np.dtype((zeros.dtype, score.shape[1:])) if branch == "wide" else "var * float32"
    with uproot.recreate(tmp_path / "r.root", compression=uproot.ZLIB(1)) as file:
        file.mktree("t", {"event": event.dtype, "score": kind}).extend(
            {"event": event, "score": score}
        )
    assert (tmp_path / "r.root").stat().st_size < 2**23
    started = time.monotonic()
    with pytest.raises(InputError, match="takes more than 734003200 bytes to read"):
        read_frame(tmp_path / "r.root")
    assert time.monotonic() - started < 10


def test_a_file_that_changes_is_read_again_and_what_is_given_can_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("event,score\n1,0.5\n")
    first = read_frame(file)
    first["score"] = "0.9"
    assert read_frame(file)["score"].tolist() == ["0.5"]
    file.write_text("event,score\n1,0.25\n")
    assert read_frame(file)["score"].tolist() == ["0.25"]


def test_counts_are_bounded_and_rows_are_made_one_by_one(tmp_path: Path) -> None:
    row = {"model": "m", "dataset": "rd", "true_signal": 5, "true_background": 7}
    file = tmp_path / "c.csv"
    for signal, said in ((99_999_999, "signal is '99999999'"), (2_000_000, "2000009 events")):
        pd.DataFrame([row | {"signal": signal, "background": 9}]).to_csv(file, index=False)
        with pytest.raises(InputError, match=f"row 1: {said}"):
            read_counts(file)
    pd.DataFrame([row | {"signal": 6, "background": 9}] * 10_001).to_csv(file, index=False)
    with pytest.raises(InputError, match="10001 rows, wanted at most 10000"):
        read_counts(file)


def test_progress_without_a_known_total_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("bench.workbench.progress.EVERY", 0.0)
    with progress("lines", 0) as bar:
        time.sleep(0.01)
        bar.advance(5)
    assert "lines: 5, " in capsys.readouterr().err
