"""A published division that a file or files bring is the split of the imported dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.import_file import import_file
from click.testing import CliRunner
from foreign import LABELS, NAMES, N, array, blocks, features, lists, particles
from importing import imported_dataset, left

import bench
from bench.api.dataset_requests import ImportRequest
from bench.cli.main import cli

OPEN, TRAIN, VALID, TEST = bench.Split
PARTS = np.array([TRAIN, TRAIN, TRAIN, TEST, TEST, VALID], dtype=np.int8)[np.arange(N) // 2 % 6]
WORDS = {TRAIN: "train", VALID: "val", TEST: "Test", OPEN: ""}

pytestmark = pytest.mark.usefixtures("here")


def frame(seed: int = 1, n: int = N) -> pd.DataFrame:
    return pd.DataFrame(features(n, seed), columns=NAMES).assign(label=np.arange(n) % 2)


def words(parts: np.ndarray = PARTS) -> list[str]:
    return [WORDS[bench.Split(part)] for part in parts]


def table_of(mine: bench.Dataset, context: bench.Context) -> bench.Table:
    return mine.table(mine.open(None, None, context), context)


def csv(path: Path, column: object, name: str = "split") -> None:
    frame().assign(**{name: column}).to_csv(path, index=False)


def parquet(path: Path, column: object, name: str = "split") -> None:
    frame().assign(**{name: column}).to_parquet(path, index=False)


@pytest.mark.parametrize("write", [csv, parquet])
def test_a_column_of_words_is_the_split_and_no_feature(
    tmp_path: Path, context: bench.Context, write: Callable[[Path, object], None]
) -> None:
    write(tmp_path / "file", words())
    mine = imported_dataset(context, file=tmp_path / "file", split_column="split")
    table = table_of(mine, context)
    assert np.array_equal(table.splits, PARTS)
    assert not table.has("split")
    card = mine.card()
    assert "[division]\nsource = \"column 'split' of file\"\ntrain = 30\nvalid = 10\n" in card
    note = "the split is the published one: 30 train (15 of signal), 10 valid (5 of signal), 20 te"
    assert note in card
    lines = mine.check(mine.open(None, None, context).file, context)
    assert lines[-1] == (
        "division: published, by column 'split' of file: 30 train, 10 valid, 20 test"
    )


CELLS = {
    "numbers": (PARTS.astype(int), "ttv", ("1=train", "2=val", "3=test")),
    "numbers with a point": (PARTS.astype(float), "ttv", ("1=train", "2.0=val", "3=test")),
    "folds": (np.arange(N) % 5, "fold", ("0=test", "1=valid", "2=train", "3=train", "4=train")),
    "truths": (PARTS != TEST, "is_train", ()),
    "truths as numbers": ((PARTS == TEST).astype(int), "is_test", ()),
    "categories": (pd.Categorical(words()), "subset", ()),
    "words of another tool": (
        np.where(PARTS == TEST, "eval", "fit"),
        "s",
        ("fit=train", "eval=test"),
    ),
}


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("write", [csv, parquet])
def test_what_people_write_into_such_a_column_is_understood(
    tmp_path: Path, context: bench.Context, write: Callable[..., None], cells: str
) -> None:
    column, name, meanings = CELLS[cells]
    write(tmp_path / "file", column, name)
    mine = imported_dataset(
        context, file=tmp_path / "file", split_column=name, split_meanings=meanings
    )
    splits = table_of(mine, context).splits
    if cells == "folds":
        assert np.array_equal(splits, np.array([TEST, VALID, TRAIN, TRAIN, TRAIN])[column])
    elif ("numbers" in cells and name == "ttv") or cells == "categories":
        assert np.array_equal(splits, PARTS)
    else:
        assert np.array_equal(splits, np.where(PARTS == TEST, TEST, TRAIN))


@pytest.mark.parametrize("write", [csv, parquet])
def test_columns_of_words_that_are_left_out_are_in_nobodys_way(
    tmp_path: Path, context: bench.Context, write: Callable[..., None]
) -> None:
    write(tmp_path / "file", np.where(LABELS, "wprime", "qcd"), "process")
    mine = imported_dataset(context, file=tmp_path / "file", without_columns=("process",))
    assert not table_of(mine, context).has("process")


def test_a_split_index_in_a_frame_of_hdf5(tmp_path: Path, context: bench.Context) -> None:
    import h5py

    blocks(tmp_path / "file")
    with h5py.File(tmp_path / "file", "a") as f:
        for name in ("axis0", "block1_items", "block1_values"):
            del f[f"df/{name}"]
        f["df/axis0"] = np.array([*NAMES, "label", "ttv"], dtype="S8")
        f["df/block1_items"] = np.array(["label", "ttv"], dtype="S8")
        f["df/block1_values"] = np.column_stack([LABELS, PARTS])
    with pytest.raises(bench.InputError, match="column 'ttv' looks like a division"):
        imported_dataset(context, file=tmp_path / "file")
    said = ("1=train", "2=valid", "3=test")
    mine = imported_dataset(
        context, file=tmp_path / "file", split_column="ttv", split_meanings=said
    )
    assert np.array_equal(table_of(mine, context).splits, PARTS)


def test_particles_have_a_division_too_and_it_is_kept_with_their_features(
    tmp_path: Path, context: bench.Context
) -> None:
    columns = {**lists(particles()), "label": LABELS, "split": words()}
    pq.write_table(pa.table(columns), tmp_path / "file")
    with pytest.raises(bench.InputError, match="column 'split' looks like a division into train"):
        imported_dataset(context, file=tmp_path / "file")
    mine = imported_dataset(context, file=tmp_path / "file", split_column="split")
    table = table_of(mine, context)
    assert np.array_equal(table.splits, PARTS)
    source = mine.open(None, None, context)
    assert "division: published, by column 'split'" in mine.check(source.file, context)[-1]
    splits = source.file.with_name("splits.npy")
    splits.write_bytes(splits.read_bytes()[:-1] + b"\x00")
    with pytest.raises(bench.InputError, match=r"splits.npy: its sha256 is .*, not that in"):
        mine.open(None, None, context)


def test_events_of_which_the_column_says_nothing_are_open(
    tmp_path: Path, context: bench.Context
) -> None:
    parts = np.where(np.arange(N) < 20, OPEN, PARTS)
    csv(tmp_path / "file", words(parts))
    mine = imported_dataset(context, file=tmp_path / "file", split_column="split")
    assert np.array_equal(table_of(mine, context).splits, parts)
    assert "20 open (10 of signal)" in mine.card()
    assert "of open events the hash says the split" in mine.card()


def test_files_of_their_own_are_the_parts(tmp_path: Path, context: bench.Context) -> None:
    for seed, name in enumerate(("train", "val", "test"), 1):
        frame(seed, 20 * seed).to_csv(tmp_path / name, index=False)
    files = {"file": tmp_path / "train", "test_file": tmp_path / "test"}
    mine = imported_dataset(context, **files)
    assert np.bincount(table_of(mine, context).splits).tolist() == [0, 20, 0, 60]
    assert 'source = "files train, test"' in mine.card()
    assert "no part is published as valid: a sixth of the train part" in mine.card()
    digest = mine.open(None, None, context).digest
    mine = imported_dataset(context, **files, valid_file=tmp_path / "val", force=True)
    table = table_of(mine, context)
    assert np.array_equal(table.splits, np.repeat([TRAIN, VALID, TEST], [20, 40, 60]))
    assert mine.open(None, None, context).digest != digest


def test_the_official_layout_in_two_files(tmp_path: Path, context: bench.Context) -> None:
    import h5py
    from foreign import rows

    array(tmp_path / "train.h5")
    with h5py.File(tmp_path / "test.h5", "w") as f:
        f["events"] = rows(particles(20, seed=2), LABELS[:20])
    files = {"file": tmp_path / "train.h5", "test_file": tmp_path / "test.h5"}
    mine = imported_dataset(context, **files)
    assert np.array_equal(table_of(mine, context).splits, np.repeat([TRAIN, TEST], [N, 20]))
    with pytest.raises(bench.InputError, match=r"no column for --split-column .s., there is none"):
        imported_dataset(context, file=tmp_path / "train.h5", split_column="s", force=True)


def test_an_event_in_two_parts_is_counted_and_used_in_the_test_part_alone(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, test = frame(1), frame(2)
    test.iloc[4] = train.iloc[6]
    train.to_csv(tmp_path / "train", index=False)
    test.to_csv(tmp_path / "test", index=False)
    files = {"file": tmp_path / "train", "test_file": tmp_path / "test"}
    message = r"test: 1 of the 60 events of the test part are in the train part too, wanted none"
    with pytest.raises(bench.InputError, match=message):
        imported_dataset(context, **files)
    with pytest.raises(bench.InputError, match="60 of the 60 events of the test part are in the"):
        imported_dataset(context, file=tmp_path / "train", test_file=tmp_path / "train")
    assert left(context) == []
    monkeypatch.setattr("bench_lhco.imported.divided.MOST", 1 / N)
    said = import_file(ImportRequest(**files, name="mine"), context)
    assert "events in both the train and the test part: 1, used in the test part alone" in said
    assert not any("repeated" in line for line in said)
    table = table_of(imported_dataset(context, **files, force=True), context)
    assert np.bincount(table.splits).tolist() == [0, N - 1, 0, N]


def test_particles_in_two_parts_are_counted_too(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, more = particles(20), particles(20, seed=2)
    more[3] = events[5]
    for name, part in (("train", events), ("test", more)):
        pq.write_table(pa.table({**lists(part), "label": LABELS[:20]}), tmp_path / name)
    files = {"file": tmp_path / "train", "test_file": tmp_path / "test"}
    with pytest.raises(bench.InputError, match="1 of the 20 events of the test part are in the tr"):
        imported_dataset(context, **files)
    monkeypatch.setattr("bench_lhco.imported.divided.MOST", 0.1)
    table = table_of(imported_dataset(context, **files), context)
    assert np.bincount(table.splits).tolist() == [0, 19, 0, 20]


def test_without_a_test_part_it_says_what_it_is_good_for(
    tmp_path: Path, context: bench.Context
) -> None:
    csv(tmp_path / "file", ["train"] * N)
    lines = import_file(
        ImportRequest(file=tmp_path / "file", name="mine", split_column="split"), context
    )
    assert "without a test part, nothing that is fitted on it can be evaluated on it" in lines


def test_the_command_line_follows_a_published_division(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def output_of(line: str, code: int = 0) -> str:
        ran = CliRunner().invoke(cli, line.split(), catch_exceptions=False)
        assert ran.exit_code == code, ran.output
        return ran.output

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCH_PLUGINS", "lhco,linear")
    for seed, name in enumerate(("train", "test"), 1):
        frame(seed, 300).to_csv(tmp_path / f"{name}.csv", index=False)
    output_of("data import train.csv --name mine --test-file test.csv")
    assert "train = 300" in output_of("data card mine")
    ran = output_of("run --plugin linear --dataset mine")
    assert "linear on mine (imported), test split (published), natural @300" in ran
    assert "fitted on mine (imported), train (published train part divided by hash) 1:1" in ran
    shown = output_of("run --plugin linear --dataset mine --dry-run")
    assert "evaluated: mine (imported), test (published) natural @300" in shown
    assert "mine (imported) test (published) natural @300" in output_of("list runs")
    output_of("data export mine -o events.csv")
    exported = pd.read_csv(tmp_path / "events.csv")
    tested = exported[exported["sample"] == "evaluated"]
    assert len(tested) == 300
    assert (tested["index"] >= 300).all()
    scores = tested[["event"]].assign(score=0.5 + 0.1 * tested["label"])
    scores.to_csv(tmp_path / "scores.csv", index=False)
    output_of("import scores.csv --model theirs --dataset mine")
    output_of("report -o report")
    page = (tmp_path / "report" / "report.md").read_text()
    assert "## mine (imported), test (published), " in page
    assert "theirs" in page
