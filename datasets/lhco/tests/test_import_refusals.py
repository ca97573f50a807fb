"""What an import refuses, in one line and leaving nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.import_file import import_file
from bench_lhco.imported.repeats import count_repeats
from foreign import LABELS, N, blocks, features, flat, lists, particles
from importing import imported_dataset, left

import bench
from bench.api.dataset_requests import ImportRequest


def nan_in_features(path: Path) -> None:
    x = features()
    x[7, 3] = np.nan
    blocks(path, x)


def negative_pt(path: Path) -> None:
    events = particles()
    events[5][2, 0] = -1
    pq.write_table(pa.table({**lists(events), "label": LABELS}), path)


def bad_label(path: Path) -> None:
    pq.write_table(pa.table({"a": [1.0, 2.0], "label": [0.0, 0.5]}), path)


def empty_event(path: Path) -> None:
    events = [*particles(3), np.zeros((0, 3), dtype=np.float32)]
    pq.write_table(pa.table({**lists(events), "label": [0, 1, 0, 1]}), path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (nan_in_features, "event 7 has a feature that is missing, NaN or infinite; 1 invalid"),
        (negative_pt, "event 5 has a negative pt; 1 invalid event among events 0 to 59"),
        (bad_label, "event 1 has a label other than 0, 1"),
        (empty_event, "event 3 has no particle at all"),
    ],
)
@pytest.mark.usefixtures("here")
def test_an_invalid_event_leaves_nothing_behind(
    tmp_path: Path, context: bench.Context, make: Callable[[Path], None], message: str
) -> None:
    make(tmp_path / "file")
    with pytest.raises(bench.InputError, match=message) as caught:
        imported_dataset(context, file=tmp_path / "file")
    assert str(caught.value).startswith(str(tmp_path / "file"))
    assert left(context) == []


@pytest.mark.usefixtures("here")
def test_invalid_events_may_be_left_out_if_they_are_few(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    negative_pt(tmp_path / "file")
    with pytest.raises(bench.InputError, match=r"1 of 60 events are invalid, wanted at most 0.1%"):
        imported_dataset(context, file=tmp_path / "file", skip_bad_events=True)
    monkeypatch.setattr("bench_lhco.files.values.SKIPPED", 0.1)
    mine = imported_dataset(context, file=tmp_path / "file", skip_bad_events=True)
    assert len(mine.table(mine.open(None, None, context), context)) == N - 1
    assert "1 invalid events are left out" in mine.card()


REQUESTS = {
    "name 'Mine': wanted a small letter": {"name": "Mine"},
    "name '../mine'": {"name": "../mine"},
    "rd is a published dataset": {"name": "rd", "force": True},
    "no layout 'arry'; did you mean array": {"layout": "arry"},
    "--label and --labels: wanted one": {"label": 1, "labels": Path("x")},
    "wanted one line of printable text": {"title": "two\nlines"},
    r"FILE\\udcff.csv': wanted a printable file name": {"file": Path("FILE\udcff.csv")},
    "--key '/': wanted the name": {"key": "/"},
    "column 'a': wanted as the label, or left out": {"label_column": "a", "without_columns": ["a"]},
    "2=wprime: again: wprime is taken": {"label_meanings": ("1=wprime", "2=wprime: again")},
    "1=any: any is taken": {"label_meanings": ("1=any",)},
    "0=signal2: signal2 is taken": {"label_meanings": ("0=signal2",)},
    "1=b: label 1 has a meaning": {"label_meanings": ("1=a thing", "1=b")},
    "10=x: wanted LABEL=MEANING, labels 0 to 9": {"label_meanings": ("10=x",)},
    "there is a dataset there already; --force": {"name": "there"},
}


@pytest.mark.parametrize("message", REQUESTS)
def test_a_bad_request_is_refused_before_any_work(
    tmp_path: Path, context: bench.Context, message: str
) -> None:
    (context.data / "imported" / "there").mkdir(parents=True)
    flat(tmp_path / "file")
    with pytest.raises(bench.RequestError, match=message):
        import_file(
            ImportRequest(**{"file": tmp_path / "file", "name": "mine", **REQUESTS[message]}),
            context,
        )
    assert left(context) == ["there"]


@pytest.mark.usefixtures("here")
def test_a_meaning_for_no_label_is_refused(tmp_path: Path, context: bench.Context) -> None:
    flat(tmp_path / "file")
    with pytest.raises(bench.RequestError, match=r"--label-meaning 2=x: .* labels 0 to 1"):
        imported_dataset(context, file=tmp_path / "file", label_meanings=("2=x",))
    assert left(context) == []


@pytest.mark.usefixtures("here")
def test_features_too_coarse_to_tell_events_are_refused(
    tmp_path: Path, context: bench.Context
) -> None:
    columns = {"njets": np.arange(N) % 7, "label": LABELS}
    pq.write_table(pa.table(columns), tmp_path / "file")
    with pytest.raises(bench.InputError, match=r"53 of 60 events are equal .*wanted more features"):
        imported_dataset(context, file=tmp_path / "file")
    ids = np.array([*range(200), 3], dtype=np.uint64)
    labels = np.zeros(201, dtype=np.int8)
    assert count_repeats(tmp_path, ids, labels) == 1
    labels[200] = 1
    with pytest.raises(bench.InputError, match=r"events 3 and 200 .* have the labels 0 and 1"):
        count_repeats(tmp_path, ids, labels)
    assert left(context) == []


def test_a_card_that_cannot_be_read_back_leaves_nothing(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat(tmp_path / "file")
    monkeypatch.setattr("bench_lhco.cards.card.LARGEST", 10)
    with pytest.raises(bench.InputError, match="more than 10 bytes, wanted a dataset card"):
        imported_dataset(context, file=tmp_path / "file")
    assert left(context) == []


def test_a_bad_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    flat(tmp_path / "x.parquet")
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "data", "import", "x.parquet", "--name=x", "--label=1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "BENCH_HOME": str(tmp_path / "home")},
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "bench: x.parquet: has a label column, wanted none beside the labels given\n"
    )
