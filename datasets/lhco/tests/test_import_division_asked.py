"""Divisions of imports that would have to be guessed, and options that do not go together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from foreign import N
from importing import imported_dataset, left
from test_import_division import PARTS, csv, parquet, table_of, words

import bench

pytestmark = pytest.mark.usefixtures("here")


ASKED = {
    "has the values 1, 2, 3, wanted train, valid or test; say --split-meaning '1=train'": (
        PARTS.astype(int),
        {"split_column": "split"},
    ),
    "has the values 1, 3, wanted": (
        PARTS.astype(int),
        {"split_column": "split", "split_meanings": ("2=valid",)},
    ),
    "has the value out, wanted train": (
        np.where(np.arange(N) == 59, "out", "train"),
        {"split_column": "split"},
    ),
    "column 'split' looks like a division into train and test, wanted --split-column split or": (
        PARTS.astype(int),
        {},
    ),
    "no column for --split-column 'part', there is": (PARTS.astype(int), {"split_column": "part"}),
}


@pytest.mark.parametrize("message", ASKED)
@pytest.mark.parametrize("write", [csv, parquet])
def test_what_would_have_to_be_guessed_is_asked_for(
    tmp_path: Path, context: bench.Context, write: Callable[..., None], message: str
) -> None:
    column, how = ASKED[message]
    write(tmp_path / "file", column)
    with pytest.raises(bench.InputError, match=message):
        imported_dataset(context, file=tmp_path / "file", **how)
    assert left(context) == []


@pytest.mark.parametrize(
    "name",
    [
        *("split", "Splits", "data_split", "ttv", "fold", "kfold", "cv_fold", "fold_id"),
        *("is_train", "isTest", "train", "validation", "is_val", "train_test_split", "partition"),
    ],
)
def test_a_column_of_such_a_name_is_never_a_feature_unasked(
    tmp_path: Path, context: bench.Context, name: str
) -> None:
    csv(tmp_path / "file", PARTS.astype(int), name)
    with pytest.raises(bench.InputError, match=f"column '{name}' looks like a division"):
        imported_dataset(context, file=tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file", without_columns=(name,))
    assert table_of(mine, context).splits is None


REQUESTS = {
    "--valid-file: wanted --test-file too": {"valid_file": Path("v")},
    "--test-file and --split-column: wanted one": {"test_file": Path("t"), "split_column": "s"},
    "--test-file and --signal-file: .* a column of each file": {
        "test_file": Path("t"),
        "signal_file": Path("s"),
    },
    "--test-file and --labels: wanted one": {"test_file": Path("t"), "labels": Path("k")},
    "--split-meaning 0=train: wanted --split-column": {"split_meanings": ("0=train",)},
    "0=tarin: wanted VALUE=SPLIT": {"split_column": "s", "split_meanings": ("0=tarin",)},
    "0=: wanted VALUE=SPLIT": {"split_column": "s", "split_meanings": ("0=",)},
    "0.0=test: 0.0 has a meaning": {"split_column": "s", "split_meanings": ("0=train", "0.0=test")},
    "column 's': wanted as the split, or": {"split_column": "s", "without_columns": ("s",)},
}


@pytest.mark.parametrize("message", REQUESTS)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, context: bench.Context, message: str
) -> None:
    csv(tmp_path / "file", words())
    with pytest.raises(bench.RequestError, match=message):
        imported_dataset(context, file=tmp_path / "file", **REQUESTS[message])
    assert left(context) == []
