"""An import that replaces a dataset leaves it as it was where the machine refuses the new one."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from bench_lhco.imported.listing import imported
from foreign import features
from importing import imported_dataset, left

import bench


@pytest.mark.usefixtures("here")
def test_a_dataset_stays_where_its_successor_cannot_be_put_in_its_place(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.csv"
    np.savetxt(file, features(), delimiter=",", header=",".join("abcdefghijklmn"), comments="")
    mine = imported_dataset(context, file=file, label=0)
    before = mine.table(mine.open(None, None, context), context)

    def refused(draft: Path, folder: Path) -> None:
        draft.rename(folder)
        raise OSError(errno.EIO, "Input/output error", str(folder))

    monkeypatch.setattr("bench_lhco.imported.import_file.put_in_place", refused)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output error"):
            imported_dataset(context, file=file, label=1, force=True)
        assert left(context) == ["mine"]
        again = mine.table(mine.open(None, None, context), context)
        assert np.array_equal(again.y, before.y)


@pytest.mark.usefixtures("here")
def test_a_kill_while_a_dataset_is_replaced_loses_neither(
    tmp_path: Path, context: bench.Context
) -> None:
    file = tmp_path / "x.csv"
    np.savetxt(file, features(), delimiter=",", header=",".join("abcdefghijklmn"), comments="")
    imported_dataset(context, file=file, label=0)

    def labels() -> set[int]:
        (part,) = imported(context.data, [])
        return set(part().table(part().open(None, None, context), context).y)

    for moved, label in ((False, 0), (True, 1)):
        killed_while_put_in_place(moved, context, file=file, label=1)
        assert labels() == {label}  # the earlier one until the later one is in its place
        with pytest.raises(bench.RequestError, match="there is a dataset mine already"):
            imported_dataset(context, file=file, label=1)
        assert labels() == {label}
    imported_dataset(context, file=file, label=1, force=True)
    assert left(context) == ["mine"]
    assert labels() == {1}


def killed_while_put_in_place(moved: bool, context: bench.Context, **fields: object) -> None:
    """Replace the dataset in a process that ends without a word before or after it is `moved`."""

    def ending(draft: Path, folder: Path) -> None:
        if moved:
            draft.rename(folder)
        os._exit(9)

    if not (child := os.fork()):
        with mock.patch("bench_lhco.imported.import_file.put_in_place", ending):
            try:
                imported_dataset(context, **fields, force=True)
            finally:
                os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
