"""Labels in words: those that are clear are read, others are named with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench_lhco.imported.readers import read
from bench_lhco.imported.stream import Foreign

from bench import InputError


def written(path: Path, labels: Sequence[object], **more: object) -> Path:
    frame = pd.DataFrame({"a": [0.5, 1.5, 2.5], **more, "label": labels})
    if path.suffix == ".parquet":
        frame.assign(label=frame["label"].astype("category")).to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    "labels", [["signal", "background", "signal"], ["Signal", " BACKGROUND", "1"], ["1", "0", "1"]]
)
def test_signal_and_background_are_labels(
    ending: str, labels: Sequence[str], tmp_path: Path
) -> None:
    _, *slices = read(tmp_path, Foreign(written(tmp_path / f"e.{ending}", labels)))
    assert np.array_equal(np.concatenate([s.labels for s in slices]), [1, 0, 1])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_another_word_is_named_with_its_column_and_what_to_do(ending: str, tmp_path: Path) -> None:
    file = written(tmp_path / f"e.{ending}", ["signal", "qcd", "signal"])
    with pytest.raises(InputError, match=r"column 'label' holds 'qcd' as a label, wanted 0 for"):
        list(read(file, Foreign(file)))


def test_a_word_among_features_is_named_with_its_column(tmp_path: Path) -> None:
    file = written(tmp_path / "e.csv", [1, 0, 1], name=["1", "tree", "2"])
    with pytest.raises(InputError, match=r"column 2 holds 'tree', wanted numbers; --without-col"):
        list(read(file, Foreign(file)))
