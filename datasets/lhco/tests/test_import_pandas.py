"""Events in pandas' frames: none of several is passed over, no order or type is mixed up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.files import check, read_layout
from bench_lhco.files.opened import opened
from bench_lhco.imported.readers import read
from bench_lhco.imported.stream import Foreign
from foreign import features
from pandas_files import ROWS, WIDTH, Block, fixed, labelled, pickled, table

from bench import InputError

WHOLE: list[Block] = [(range(WIDTH), ROWS)]
HALVES = [[(range(WIDTH), half)] for half in (ROWS[:30], ROWS[30:])]
F = features()
NAMED = [f"f{i}" for i in range(F.shape[1])]
TURNED = [*range(WIDTH)][::-1]
TYPES = ["int8", "int16", "int32", "int64", "uint8", "uint64", "bool", "float32"]


def of_features(path: Path, key: str) -> Path:
    return fixed(path, key, [(NAMED, F)], NAMED)


def named_label(path: Path, *, first: bool) -> Path:
    """The label has a name, and stands first or last among numbers in words."""
    words = [str(n) for n in range(WIDTH - 1)]
    axis = ["label", *words] if first else [*words, "label"]
    blocks: list[Block] = [(["label"], ROWS[:, -1:].astype(int)), (words, ROWS[:, :-1])]
    return fixed(path, "df", blocks, axis)


def mixed_names(path: Path) -> Path:
    """`df["label"] = ...` on a frame whose other columns are numbers."""
    made = fixed(path, "df", labelled("int64"), range(WIDTH))
    return pickled(made, "df/axis0", "df/block0_items", "df/block1_items")


def of_types(path: Path) -> Path:
    """Three blocks, whose columns are not next to each other."""
    thirds = [[*range(i, WIDTH, 3)] for i in range(3)]
    kinds = [np.float32, np.float64, np.float32]
    blocks: list[Block] = [(t, ROWS[:, t].astype(k)) for t, k in zip(thirds, kinds, strict=True)]
    return fixed(path, "df", blocks, range(WIDTH))


SAME: dict[str, Callable[[Path], Path]] = {
    "one block": lambda p: fixed(p, "df", WHOLE, range(WIDTH)),
    "another key": lambda p: fixed(p, "deep/down", labelled("int64"), range(WIDTH)),
    "the label's block first": lambda p: fixed(p, "df", labelled("int8", first=True), range(WIDTH)),
    "columns turned round": lambda p: fixed(p, "df", [(TURNED, ROWS[:, TURNED])], TURNED),
    "turned round, a label of integers": lambda p: fixed(
        p, "df", [(TURNED[1:], ROWS[:, TURNED[1:]]), ([2100], ROWS[:, -1:].astype(int))], TURNED
    ),
    "a named label, last": lambda p: named_label(p, first=False),
    "a named label, first": lambda p: named_label(p, first=True),
    "names that pandas pickled": mixed_names,
    "three blocks": of_types,
    "a table": lambda p: table(p, "df", WHOLE),
    "a table that lists no names": lambda p: table(p, "df", labelled("int64"), listed=False),
    "a table, a label of integers": lambda p: table(p, "df", labelled("int64")),
    "a table of another key": lambda p: table(p, "ev", labelled("int64", first=True)),
    "a table turned round": lambda p: table(p, "df", [(TURNED, ROWS[:, TURNED])]),
    **{
        f"a label of {kind}": lambda p, kind=kind: fixed(p, "df", labelled(kind), range(WIDTH))
        for kind in TYPES
    },
}


@pytest.mark.parametrize("name", SAME)
def test_the_events_are_the_same_however_pandas_keeps_them(name: str, tmp_path: Path) -> None:
    path = SAME[name](tmp_path / "e.h5")
    with h5py.File(path) as f:
        key = next(k for k in ("df", "ev", "deep/down") if k in f)
    with opened(path, key) as (layout, take):
        rows = take(0, layout.events)
    assert np.allclose(rows, ROWS, rtol=1e-6)
    head, *slices = read(path, Foreign(path))
    assert head.layout in ("fixed", "table")
    assert head.events == 60
    assert np.array_equal(np.concatenate([s.labels for s in slices]), ROWS[:, -1])
    assert not head.notes


SEVERAL: dict[str, Callable[[Path], object]] = {
    "/df (30, 2101), /df2": lambda p: [fixed(p, k, h, range(WIDTH)) for k, h in pairs("df", "df2")],
    "/a (30, 2101), /b": lambda p: [fixed(p, k, h, range(WIDTH)) for k, h in pairs("a", "b")],
    "/df (30, 2101), /x/df": lambda p: [
        fixed(p, k, h, range(WIDTH)) for k, h in pairs("df", "x/df")
    ],
    "/df (30, 2101), /df2 (30": lambda p: [table(p, k, h) for k, h in pairs("df", "df2")],
    "/df (60, 2101), /t": lambda p: [
        fixed(p, "df", labelled("int8"), range(WIDTH)),
        table(p, "t", labelled("int8")),
    ],
    "/df (60, 2101), /plain": lambda p: with_array(fixed(p, "df", WHOLE, range(WIDTH))),
    "/ev (60, 2101), /feat": lambda p: [
        fixed(p, "ev", labelled("int8"), range(WIDTH)),
        of_features(p, "feat"),
    ],
    "/df, /g": lambda p: [of_features(p, "df"), of_features(p, "g")],
}


def pairs(*keys: str) -> list[tuple[str, list[Block]]]:
    return list(zip(keys, HALVES, strict=True))


def with_array(path: Path) -> Path:
    with h5py.File(path, "a") as f:
        f["plain"] = ROWS[:10]
    return path


@pytest.mark.parametrize("listed", SEVERAL)
def test_of_several_sets_of_events_it_is_asked_which_one(listed: str, tmp_path: Path) -> None:
    path = tmp_path / "e.h5"
    SEVERAL[listed](path)
    with pytest.raises(InputError, match="say by --key which") as error:
        next(read(path, Foreign(path)))
    assert listed in str(error.value)


def test_a_key_says_which_of_several_sets_is_read(tmp_path: Path) -> None:
    path = tmp_path / "e.h5"
    for key, half in pairs("df", "df2"):
        fixed(path, key, half, range(WIDTH))
    for key, half in (("df", ROWS[:30]), ("/df2", ROWS[30:])):
        _, *slices = read(path, Foreign(path, key=key))
        expected = half[:, :-1].reshape(30, -1, 3).astype(np.float32)
        assert np.array_equal(slices[0].values, expected)


def test_what_else_a_file_holds_is_said(tmp_path: Path, context: object) -> None:
    path = fixed(tmp_path / "e.h5", "df", labelled("int64"), range(WIDTH))
    of_features(path, "feat")
    head = next(read(path, Foreign(path)))
    assert head.notes == ("left out of the file: /feat; --key says what is read",)
    assert "not looked at: /feat" in check(path, context)
    assert read_layout(path).dtype == "float64, int64"


def test_a_label_in_words_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = fixed(tmp_path / "e.h5", "df", labelled("int64"), range(WIDTH))
    pickled(path, "df/block1_values")
    with pytest.raises(InputError, match=r"pickled, which are never read; wanted labels as num"):
        list(read(path, Foreign(path)))
