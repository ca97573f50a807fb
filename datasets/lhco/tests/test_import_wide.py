"""Wide four-vectors, as the top tagging reference has them, and frames in pandas' table format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.cards import Card, read_card
from bench_lhco.imported.places import CARD, folder_of
from foreign import LABELS, NAMES, N, features, particles, rows
from importing import imported_dataset
from test_import_readers import heard

import bench
from bench import InputError

MOST = 60
TTV = np.arange(N) * 7 // 5 % 3


def padded() -> np.ndarray:
    return rows(particles(), None).reshape(N, 700, 3).astype(np.float32)


def wide(dtype: str = "<f8") -> dict[str, np.ndarray]:
    """E, PX, PY, PZ of each particle, then what the reference has beside them."""
    pt, eta, phi = np.moveaxis(padded()[:, :MOST].astype(np.float64), -1, 0)
    parts = {
        "E": pt * np.cosh(eta),
        "PX": pt * np.cos(phi),
        "PY": pt * np.sin(phi),
        "PZ": pt * np.sinh(eta),
    }
    columns = {f"{name}_{i}": part[:, i] for i in range(MOST) for name, part in parts.items()}
    columns |= {f"truth{name}": np.full(N, 1000.0) for name in parts}
    return {name: values.astype(dtype) for name, values in columns.items()}


def frame(
    path: Path,
    blocks: Mapping[str, Mapping[str, np.ndarray]],
    *,
    named: bool = True,
    sign: str = "V",
) -> None:
    """As PyTables writes a frame: a block for each type, its names pickled beside it."""
    kinds = [("index", "<i8")]
    for name, columns in blocks.items():
        kinds.append((name, next(iter(columns.values())).dtype, (len(columns),)))
    table = np.zeros(N, kinds)
    for name, columns in blocks.items():
        table[name] = np.stack(list(columns.values()), axis=1)
    with h5py.File(path, "w") as f:
        f["table/table"] = table
        for name, columns in blocks.items():
            quote = "'" if sign == "S" else ""
            words = "".join(
                f"{sign}{quote}{word}{quote}\np{i}\na" for i, word in enumerate(columns, 1)
            )
            if named:
                f["table/table"].attrs[f"{name}_kind"] = np.bytes_(f"(lp0\n{words}.")


def reference(path: Path, **how: object) -> None:
    integers = {"ttv": TTV, "is_signal_new": LABELS}
    frame(path, {"values_block_0": wide("<f4"), "values_block_1": integers}, **how)


def other_order(path: Path) -> None:
    integers = {"is_signal_new": LABELS, "ttv": TTV}
    columns = wide("<f4")
    turned = {name: columns[name] for name in sorted(columns)}
    frame(path, {"values_block_0": integers, "values_block_1": turned})


def parquet(path: Path) -> None:
    pq.write_table(pa.table({**wide(), "ttv": TTV, "is_signal_new": LABELS}), path)


def csv(path: Path) -> None:
    pd.DataFrame({**wide(), "is_signal_new": LABELS, "ttv": TTV}).to_csv(path)


FILES: dict[str, Callable[[Path], None]] = {
    "the reference": reference,
    "the reference without names": lambda path: reference(path, named=False),
    "the reference of Python 2": lambda path: reference(path, sign="S"),
    "a frame in another order": other_order,
    "Parquet": parquet,
    "CSV": csv,
}


@pytest.mark.parametrize("file", FILES)
def test_wide_four_vectors_come_with_their_label_and_division(tmp_path: Path, file: str) -> None:
    path = tmp_path / "file"
    FILES[file](path)
    head, values, labels, _ = heard(path)
    assert (head.layout, head.columns, head.split) == ("wide", None, "ttv")
    assert values == pytest.approx(padded(), rel=2e-5, abs=2e-5)
    assert np.array_equal(labels, LABELS)
    assert head.notes[1].startswith("column 'ttv' is the published division: 0 is train, 1 test")
    assert "'E_*'" in head.notes[2]
    assert "'truthE'" in head.notes[2]


def card(context: bench.Context) -> Card:
    return read_card(folder_of("mine", context.data) / CARD)


def test_the_published_division_is_that_of_the_dataset(
    tmp_path: Path, context: bench.Context
) -> None:
    parquet(tmp_path / "file")
    imported_dataset(context, file=tmp_path / "file")
    division, counts = card(context).division, np.bincount(TTV).tolist()
    assert division is not None
    assert division.source == "column 'ttv' of file"
    assert [division.train, division.test, division.valid] == counts
    meanings = [f"{value}={split}" for value, split in enumerate(("test", "valid", "train"))]
    how = {"split_column": "ttv", "split_meanings": meanings, "force": True}
    imported_dataset(context, file=tmp_path / "file", **how)
    division = card(context).division
    assert division is not None
    assert [division.test, division.valid, division.train] == counts
    imported_dataset(context, file=tmp_path / "file", without_columns=["ttv"], force=True)
    assert card(context).division is None


def test_files_of_parts_have_to_agree_with_their_column(
    tmp_path: Path, context: bench.Context
) -> None:
    for part, name in enumerate(("train", "test", "val")):
        table = {**wide(), "ttv": np.full(N, part), "is_signal_new": LABELS}
        shifted = {k: v + part if k.startswith("PX") and v.any() else v for k, v in table.items()}
        pq.write_table(pa.table(shifted), tmp_path / name)
    train, test, val = (tmp_path / name for name in ("train", "test", "val"))
    with pytest.raises(InputError, match=r"is given as the train part.* its column 'ttv'"):
        imported_dataset(context, file=test, test_file=train)
    imported_dataset(context, file=train, test_file=test, valid_file=val, name="mine")
    division = card(context).division
    assert division is not None
    assert (division.train, division.valid, division.test) == (N, N, N)
    assert division.source == "files train, val, test"


def test_features_in_the_table_format_are_read(tmp_path: Path) -> None:
    columns = dict(zip(NAMES, features().T, strict=True))
    frame(tmp_path / "file", {"values_block_0": columns, "values_block_1": {"label": LABELS}})
    head, values, labels, _ = heard(tmp_path / "file")
    assert (head.layout, head.columns) == ("columns", (*NAMES, "m_jj"))
    assert np.array_equal(values[:, :-1], features().astype(np.float32))
    assert np.array_equal(labels, LABELS)
    assert np.array_equal(heard(tmp_path / "file", key="table")[1], values)


def test_a_pickle_that_is_more_than_a_list_of_words_is_never_read(tmp_path: Path) -> None:
    columns = dict(zip(NAMES, features().T, strict=True))
    frame(tmp_path / "file", {"values_block_0": columns}, named=False)
    words = "".join(f"V{name}\np{i}\na" for i, name in enumerate(NAMES, 1))
    for bad in (
        f"(lp0\n{words}cposix\nsystem\n(S'touch ran'\ntR.",
        f"(lp0\n{words[:-1]}.",
        f"(lp0\n{words}VmJJ\np99\na.",
        f"(lp0\n{words.replace('pxj2', 'pxj1')}.",
    ):
        with h5py.File(tmp_path / "file", "a") as f:
            f["table/table"].attrs["values_block_0_kind"] = np.bytes_(bad)
        with pytest.raises(InputError, match='is in pandas\' format="table"'):
            heard(tmp_path / "file")


def test_few_momenta_are_features_unless_the_user_says_that_they_are_particles(
    tmp_path: Path,
) -> None:
    few = {k: v for k, v in wide().items() if k.rpartition("_")[2] in ("0", "1")}
    pq.write_table(pa.table({**few, "label": LABELS}), tmp_path / "file")
    assert heard(tmp_path / "file")[0].layout == "columns"
    values = heard(tmp_path / "file", layout="wide")[1]
    assert values[:, :2] == pytest.approx(padded()[:, :2], rel=1e-5, abs=1e-5)
    assert not values[:, 2:].any()


def test_four_vectors_with_a_component_missing_are_refused(tmp_path: Path) -> None:
    columns = wide()
    del columns["PY_7"]
    pq.write_table(pa.table({**columns, "label": LABELS}), tmp_path / "file")
    with pytest.raises(InputError, match="not as many columns of each of px, py, pz"):
        heard(tmp_path / "file", layout="wide")
