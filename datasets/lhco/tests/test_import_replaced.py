"""An import that replaces a dataset leaves it as it was where the machine refuses the new one."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
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
