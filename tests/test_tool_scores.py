"""Files of scores as weaver, OmniLearned and numpy write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api.errors import InputError, RequestError
from bench.outside import tool_files
from bench.outside.dataframes import read_frame

SCORES = np.array([0.25, 0.5, 0.75])
IDS = np.array([3, 2**63 + 7, 2**64 - 1], dtype=np.uint64)
LABELS = np.array([0, 1, 1])


def classes(signal: int = 0) -> list[list[float]]:
    pairs = [[score, 1 - score] for score in SCORES.tolist()]
    return pairs if signal == 0 else [pair[::-1] for pair in pairs]


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_an_array_is_scores_and_a_pair_of_them_background_and_signal(tmp_path: Path) -> None:
    for array in (SCORES, SCORES[:, np.newaxis], np.array(classes(signal=1))):
        np.save(tmp_path / "s.npy", array)
        assert read_frame(tmp_path / "s.npy")["score"].tolist() == SCORES.tolist()


def test_outputs_of_omnilearned_are_scores_with_labels(tmp_path: Path) -> None:
    file = saved(
        *(tmp_path / "o.npz",), prediction=np.array(classes(1)), pid=LABELS, cond=np.zeros((3, 2))
    )
    frame = read_frame(file)
    assert frame["score"].tolist() == SCORES.tolist()
    assert frame["label"].tolist() == LABELS.tolist()
    assert set(frame) == {"score", "label"}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"prediction": np.zeros((3, 200))}, "scores of 200 classes"),
        ({"a": SCORES, "b": SCORES}, "arrays a, b; wanted one called score or"),
        ({"score": np.zeros((3, 2, 2))}, r"of shape \(3, 2, 2\), wanted scores"),
        ({"score": np.array(["0.5"])}, "scores are text"),
        ({"score": np.array([None, {}])}, "no arrays of numbers"),
    ],
)
def test_arrays_that_are_no_scores_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_frame(saved(tmp_path / "s.npz", **arrays))


@pytest.mark.parametrize("name", ["s.npz", "s.npy"])
def test_a_damaged_file_of_arrays_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(InputError, match=r"cannot be read|no arrays of numbers"):
        read_frame(tmp_path / name)


@pytest.mark.parametrize("signal", [0, 1])
def test_weavers_table_says_by_its_labels_which_class_is_signal(
    tmp_path: Path, signal: int
) -> None:
    frame = pd.DataFrame(
        {
            "scores": classes(signal),
            "_label_": np.where(LABELS == 1, signal, 1 - signal),
            "event": IDS.view(np.int64),
            "label": LABELS,
            "jet_pt": SCORES,
        }
    )
    frame.to_parquet(tmp_path / "w.parquet")
    read = read_frame(tmp_path / "w.parquet")
    assert read["score"].tolist() == SCORES.tolist()
    assert (read["event"].to_numpy() == IDS).all()
    frame.drop(columns="label").to_parquet(tmp_path / "w.parquet")
    with pytest.raises(InputError, match="`label` among weaver's observers"):
        read_frame(tmp_path / "w.parquet")
    frame.assign(_label_=1).to_parquet(tmp_path / "w.parquet")
    with pytest.raises(InputError, match="wanted the two to agree"):
        read_frame(tmp_path / "w.parquet")


def write_root(file: Path, **trees: dict[str, np.ndarray]) -> Path:
    import uproot

    with uproot.recreate(file) as written:
        for name, branches in trees.items():
            written[name] = branches
    return file


def test_weavers_root_file_has_scores_by_the_names_of_classes(tmp_path: Path) -> None:
    others = {"label_signal": LABELS == 1, "event": IDS.view(np.int64), "_label_": 1 - LABELS}
    tree = {"score_label_background": 1 - SCORES, "score_label_signal": SCORES, **others}
    read = read_frame(write_root(tmp_path / "w.root", Events=tree))
    assert read["score"].tolist() == SCORES.tolist()
    assert (read["event"].to_numpy() == IDS).all()
    other = write_root(tmp_path / "other.root", Events={"score_label_Hbb": SCORES})
    with pytest.raises(InputError, match="score_label_Hbb; wanted score_label_signal or score"):
        read_frame(other)
    two = write_root(tmp_path / "two.root", a=tree, b=tree)
    with pytest.raises(InputError, match="wanted one tree, there is: a;1, b;1"):
        read_frame(two)


def test_without_uproot_a_root_file_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w.root").write_bytes(b"root")
    monkeypatch.setattr(tool_files, "find_spec", lambda _: None)
    with pytest.raises(RequestError, match=r"pip install 'classifier-bench\[root\]'"):
        read_frame(tmp_path / "w.root")
