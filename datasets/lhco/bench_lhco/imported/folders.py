"""A folder that `bench data export --layout` wrote, or one laid out like it: its files by split."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench import ImportRequest, InputError, RequestError, Split

PATTERNS: Mapping[Split, tuple[str, ...]] = {
    Split.TRAIN: ("train.parquet", "train/*.hdf5", "custom/train/*.h5"),
    Split.VALID: ("val.parquet", "valid/*.hdf5", "custom/val/*.h5"),
    Split.TEST: ("test.parquet", "test/*.hdf5", "custom/test/*.h5"),
}
"""Where weaver's, JetNet's and OmniLearned's files are."""


def files_of(folder: Path) -> dict[Path, Split]:
    """The files of a folder, each with the split that it is of.

    Raises:
        InputError: none of the train or of the test split.
    """
    files = {
        file: split
        for split, patterns in PATTERNS.items()
        for pattern in patterns
        for file in sorted(folder.glob(pattern))
        if file.is_file()
    }
    for split in (Split.TRAIN, Split.TEST):
        if split not in files.values():
            places = ", ".join(PATTERNS[split])
            raise InputError(f"{folder}: a folder without {places}, wanted one of them")
    return files


def demand_alone(request: ImportRequest) -> None:
    """Refuse options that say of files what a folder says of its own.

    Raises:
        RequestError: which.
    """
    options = {
        "--signal-file": request.signal_file,
        "--test-file": request.test_file,
        "--valid-file": request.valid_file,
        "--labels": request.labels,
        "--split-column": request.split_column,
    }
    for option, value in options.items():
        if value is not None:
            raise RequestError(f"{option}: {request.file} is a folder, whose files say that")
