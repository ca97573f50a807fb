"""Master keys: what is read as a label, and what is refused."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.files import read_key
from bench_lhco.records import publication

from bench import InputError

ZEROS = "0.000000000000000000e+00\n"
ONES = "1.000000000000000000e+00\n"


def key(folder: Path, text: str) -> Path:
    path = folder / "key.masterkey"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        ZEROS + ONES + "2.0\n" + ZEROS,
        "0\n1\n2\n0",
        "0.\n+1e0\n2\n-0.0\n\n",
        "0\n 1 \n2\n0\n",
    ],
)
def test_labels_are_read(tmp_path: Path, text: str) -> None:
    labels = read_key(key(tmp_path, text), 4)
    assert labels.tolist() == [0, 1, 2, 0]
    assert labels.dtype == np.int8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0\n1\n", "2 labels, wanted 4"),
        ("0\n" * 5, "5 labels, wanted 4"),
        ("", "0 labels, wanted 4"),
        ("0\n1\nsignal\n0\n", "line 3 is 'signal', wanted 0, 1 or 2"),
        ("0\n\n1\n0\n", "line 2 is '', wanted 0, 1 or 2"),
        ("0\nnan\n1\n0\n", "line 2 is 'nan'"),
        ("0\n1\n0.5\n0\n", "line 3 is '0.5'"),
        ("0\n1\n3\n0\n", "line 3 is '3'"),
        ("0\n1\n-1\n0\n", "line 3 is '-1'"),
        ("0 1\n0\n0\n0\n", "line 1 is '0 1'"),
        ("0\n1\n0\n\N{SNOWMAN}\n", "not plain ASCII"),
        ("0\n1\n0_0\n0\n", "line 3 is '0_0'"),
        ("0\r\n1\r\n0\r\n0\r\n", "has carriage returns"),
        ("0\r1\r0\r0", "has carriage returns"),
        ("\ufeff0\n1\n0\n0\n", "not plain ASCII"),
        ("0\n" * 1000, "2000 bytes are too many"),
    ],
)
def test_garbage_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = key(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_key(path, 4)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_label_may_be_allowed_or_not(tmp_path: Path) -> None:
    path = key(tmp_path, "0\n2\n")
    assert read_key(path, 2).tolist() == [0, 2]
    with pytest.raises(InputError, match=r"wanted 0 or 1$"):
        read_key(path, 2, allowed=(0, 1))


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file, wanted 4 labels, one a line"):
        read_key(tmp_path / "none", 4)


def events_file(path: Path, width: int) -> Path:
    rows = np.zeros((3, width))
    rows[:, 0] = 100
    with h5py.File(path, "w") as f:
        f["df/block0_values"] = rows
    return path


def test_where_the_labels_of_a_dataset_are(tmp_path: Path) -> None:
    bare = events_file(tmp_path / "bare.h5", 2100)
    labelled = events_file(tmp_path / "labelled.h5", 2101)
    box = publication("blackbox1")
    assert box.labels(labelled, (0, 1)) is None
    with pytest.raises(InputError, match="masterkey: no such file"):
        box.labels(bare, (0, 1))
    key(tmp_path, "0\n1\n2\n").rename(tmp_path / "events_LHCO2020_BlackBox1.masterkey")
    with pytest.raises(InputError, match=r"line 3 is '2', wanted 0 or 1$"):
        box.labels(bare, (0, 1))
    assert list(box.labels(bare, (0, 1, 2))) == [0, 1, 2]
    labels = {name: publication(name).labels(bare, (0, 1)) for name in ("blackbox2", "rd3", "rd")}
    assert labels == {"blackbox2": 0, "rd3": 1, "rd": None}


def test_which_datasets_have_a_key() -> None:
    boxes = [publication(f"blackbox{number}") for number in (1, 2, 3)]
    assert [box.key is not None for box in boxes] == [True, False, True]
