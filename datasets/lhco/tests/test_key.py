"""Master keys: what is read as a label, and what is refused."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.files import read_key
from bench_lhco.records import PUBLICATIONS, THREE_PRONG, publication

from bench import InputError, RequestError

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
        "0.0\r\n1.0\r\n2.0\r\n0.0\r\n\r\n",
        "0\n 1 \n2\n0\n",
    ],
)
def test_labels_are_read(tmp_path: Path, text: str) -> None:
    found = read_key(key(tmp_path, text), 4)
    assert found.tolist() == [0, 1, 1, 0]
    assert found.dtype == np.int8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0\n1\n", "2 labels, wanted 4"),
        ("0\n" * 5, "5 labels, wanted 4"),
        ("", "0 labels, wanted 4"),
        ("0\n1\nsignal\n0\n", "line 3 is 'signal', wanted one of 0, 1, 2"),
        ("0\n\n1\n0\n", "line 2 is '', wanted one of"),
        ("0\nnan\n1\n0\n", "line 2 is 'nan'"),
        ("0\n1\n0.5\n0\n", "line 3 is '0.5'"),
        ("0\n1\n3\n0\n", "line 3 is '3'"),
        ("0\n1\n-1\n0\n", "line 3 is '-1'"),
        ("0 1\n0\n0\n0\n", "line 1 is '0 1'"),
        ("0\n1\n0\n\N{SNOWMAN}\n", "not a text file"),
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
    assert read_key(path, 2).tolist() == [0, 1]
    with pytest.raises(InputError, match=r"wanted one of 0, 1$"):
        read_key(path, 2, allowed=(0, 1))


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file, wanted a master key with 4 lines"):
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
    one = publication("blackbox1")
    assert one.labels(labelled) is None
    with pytest.raises(InputError, match="masterkey: no such file"):
        one.labels(bare)
    (tmp_path / "events_LHCO2020_BlackBox1.masterkey").write_text("0\n1\n0\n")
    assert list(one.labels(bare)) == [0, 1, 0]
    assert publication("blackbox2").labels(bare) == 0
    assert THREE_PRONG.labels(bare) == 1
    assert publication("rd").labels(bare) is None


def test_what_is_published() -> None:
    assert list(PUBLICATIONS) == ["rd", "blackbox1", "blackbox2", "blackbox3"]
    assert [p.key is not None for p in PUBLICATIONS.values()] == [False, True, False, True]
    with pytest.raises(RequestError, match="did you mean blackbox"):
        publication("blackbox4")
