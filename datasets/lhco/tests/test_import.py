"""Imports: a file in any layout becomes a dataset that runs, or nothing at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events
from bench_lhco.features import SETS
from bench_lhco.files import write
from bench_lhco.imported.bring import bring
from bench_lhco.imported.found import imported
from click.testing import CliRunner
from foreign import LABELS, N, blocks, features, flat, lists, parquet, particles, rows

import bench
from bench.cli.main import cli
from bench.parts import Import


@pytest.fixture
def context(tmp_path: Path) -> bench.Context:
    return bench.Context(data=tmp_path / "data", scratch=tmp_path / "s", checkpoints=tmp_path)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process, which takes no second to start."""
    monkeypatch.setattr(
        "bench_lhco.imported.portions.isolated", lambda work, path, *more: work(path, *more)
    )


def brought(context: bench.Context, **wanted: object) -> bench.Dataset:
    """The dataset that an import makes."""
    wanted.setdefault("name", "mine")
    bring(Import(**wanted), context)
    parts = {part.name: part for part in imported(context.data, [])}
    return parts[str(wanted["name"])]()


def left(context: bench.Context) -> list[str]:
    """What is in the room of imports, locks apart."""
    return sorted(p.name for p in (context.data / "imported").glob("*") if p.suffix != ".lock")


def test_particles_become_a_dataset_like_any(tmp_path: Path, context: bench.Context) -> None:
    parquet(tmp_path / "events.parquet")
    before = (tmp_path / "events.parquet").read_bytes()
    mine = brought(context, file=tmp_path / "events.parquet", label_meanings=("1=wide: jets",))
    assert (tmp_path / "events.parquet").read_bytes() == before
    assert (mine.kinds, mine.mass, mine.ratio) == (("wide",), "m_jj", "natural")
    source = mine.open(None, None, context)
    assert source.edition == "imported"
    table = mine.table(source, context)
    assert (len(table), int(table.y.sum())) == (N, N // 2)
    assert table.columns == SETS[ResearchAndDevelopment().features].columns
    assert (table.column("m_jj") > 1000).all()
    lines = mine.check(source.file, context)
    assert any(f"{N // 2} wide, {N // 2} background" in line for line in lines)
    with source.file.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\xff")
    with pytest.raises(bench.InputError, match="wanted the file that the import made"):
        mine.open(None, None, context)


@pytest.mark.usefixtures("here")
def test_features_become_a_dataset(tmp_path: Path, context: bench.Context) -> None:
    x = features()
    x[4] = x[2]  # of the same label
    blocks(tmp_path / "features.h5", x)
    mine = brought(context, file=tmp_path / "features.h5", title="Mine", licence="CC0")
    told: list[str] = []
    source = mine.open(None, None, context)
    table = mine.table(source, replace(context, notice=told.append))
    assert told == ["mine: 1 repeated events are left out"]
    kept = np.delete(np.arange(N), 4)
    assert np.array_equal(table.x[:, :14], x[kept].astype(np.float32))
    assert np.array_equal(table.y, LABELS[kept])
    units = {column.name: column.unit for column in table.columns}
    assert (units["pxj1"], units["m_jj"], units["tau1j1"]) == ("GeV", "GeV", "1")
    assert (type(mine).__doc__, mine.mass) == ("Mine", "m_jj")
    assert any(
        "1 of 60 events are there more than once" in told
        for told in mine.check(source.file, context)
    )
    card = context.data / "imported" / "mine" / "card.toml"
    card.write_text(card.read_text().replace('tau1j1 = { unit = "1"', 'tau1j1 = { unit = "GeV"'))
    (again,) = imported(context.data, [])
    assert again().open(None, None, context).digest != source.digest


@pytest.mark.usefixtures("here")
def test_a_second_file_of_signal_and_kinds_of_it(tmp_path: Path, context: bench.Context) -> None:
    pq.write_table(pa.table(lists(particles(20))), tmp_path / "background.parquet")
    both = pa.table({**lists(particles(9, seed=2)), "label": [1, 1, 2] * 3})
    pq.write_table(both, tmp_path / "signal.parquet")
    mine = brought(
        context,
        file=tmp_path / "background.parquet",
        signal_file=tmp_path / "signal.parquet",
        label_meanings=("0=QCD", "2=trijet: three jets"),
    )
    assert mine.kinds == ("signal1", "trijet")
    table = mine.table(mine.open(None, None, context), context)
    assert (int((table.y == 0).sum()), int(table.y.sum())) == (20, 9)
    fewer = replace(mine, signal="trijet")
    assert int(fewer.table(fewer.open(None, None, context), context).y.sum()) == 3
    both = {**lists(particles(2)), "label": [1, 0]}
    pq.write_table(pa.table(both), tmp_path / "signal.parquet")
    files = {"file": tmp_path / "background.parquet", "signal_file": tmp_path / "signal.parquet"}
    with pytest.raises(bench.InputError, match="event 1 has a label other than 1, 2"):
        brought(context, **files, force=True)
    assert left(context) == ["mine"]


def unlabelled(path: Path) -> None:
    np.savetxt(path, features(), delimiter=",", header=",".join("abcdefghijklmn"), comments="")


@pytest.mark.usefixtures("here")
def test_labels_from_a_file_or_one_for_all(tmp_path: Path, context: bench.Context) -> None:
    unlabelled(tmp_path / "x.csv")
    key = tmp_path / "key"
    key.write_text("".join(f"{float(label)}\n" for label in LABELS))
    mine = brought(context, file=tmp_path / "x.csv", labels=key)
    assert np.array_equal(mine.table(mine.open(None, None, context), context).y, LABELS)
    assert mine.mass is None
    mine = brought(context, file=tmp_path / "x.csv", label=0, force=True)
    assert mine.kinds == ()
    assert not mine.table(mine.open(None, None, context), context).y.any()
    key.write_text("0\n" * (N - 1))
    with pytest.raises(bench.InputError, match=r"59 labels, .*x.csv has more events"):
        brought(context, file=tmp_path / "x.csv", labels=key, force=True)
    key.write_text("0\n" * (N + 1))
    with pytest.raises(bench.InputError, match=r"61 labels, .*x.csv has 60 events"):
        brought(context, file=tmp_path / "x.csv", labels=key, force=True)
    with pytest.raises(bench.InputError, match="wanted --label, --labels FILE or --signal-file"):
        brought(context, file=tmp_path / "x.csv", force=True)
    assert left(context) == ["mine"]
    (still,) = imported(context.data, [])
    assert still.kinds == ()


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
    ("make", "told"),
    [
        (nan_in_features, "event 7 has a feature that is missing, NaN or infinite; 1 invalid"),
        (negative_pt, "event 5 has a negative pt; 1 invalid event among events 0 to 59"),
        (bad_label, "event 1 has a label other than 0, 1"),
        (empty_event, "event 3 has no particle at all"),
    ],
)
@pytest.mark.usefixtures("here")
def test_an_invalid_event_leaves_nothing_behind(
    tmp_path: Path, context: bench.Context, make: Callable[[Path], None], told: str
) -> None:
    make(tmp_path / "file")
    with pytest.raises(bench.InputError, match=told) as caught:
        brought(context, file=tmp_path / "file")
    assert str(caught.value).startswith(str(tmp_path / "file"))
    assert left(context) == []


@pytest.mark.usefixtures("here")
def test_invalid_events_may_be_left_out_if_they_are_few(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    negative_pt(tmp_path / "file")
    with pytest.raises(bench.InputError, match=r"1 of 60 events are invalid, wanted at most 0.1%"):
        brought(context, file=tmp_path / "file", skip_bad_events=True)
    monkeypatch.setattr("bench_lhco.imported.portions.SKIPPED", 0.1)
    mine = brought(context, file=tmp_path / "file", skip_bad_events=True)
    assert len(mine.table(mine.open(None, None, context), context)) == N - 1
    assert "1 invalid events are left out" in mine.card()


REQUESTS = {
    "name 'Mine': wanted a small letter": {"name": "Mine"},
    "name '../mine'": {"name": "../mine"},
    "rd is a published dataset": {"name": "rd", "force": True},
    "no layout 'arry'; did you mean array": {"layout": "arry"},
    "--label and --labels: wanted one": {"label": 1, "labels": Path("x")},
    "wanted one line of printable text": {"title": "two\nlines"},
    "there is a dataset there already; --force": {"name": "there"},
}


@pytest.mark.parametrize("told", REQUESTS)
def test_a_bad_request_is_refused_before_any_work(
    tmp_path: Path, context: bench.Context, told: str
) -> None:
    (context.data / "imported" / "there").mkdir(parents=True)
    flat(tmp_path / "file")
    with pytest.raises(bench.RequestError, match=told):
        bring(Import(**{"file": tmp_path / "file", "name": "mine", **REQUESTS[told]}), context)
    assert left(context) == ["there"]


@pytest.mark.usefixtures("here")
def test_a_meaning_for_no_label_is_refused(tmp_path: Path, context: bench.Context) -> None:
    flat(tmp_path / "file")
    with pytest.raises(bench.RequestError, match=r"--label-meaning 2=x: .* labels 0 to 1"):
        brought(context, file=tmp_path / "file", label_meanings=("2=x",))
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


def test_the_command_line_imports_lists_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(line: str) -> str:
        ran = CliRunner().invoke(cli, line.split(), catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    pytest.importorskip("bench_linear")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCH_PLUGINS", "lhco,linear")
    flat(tmp_path / "x.parquet")
    parquet(tmp_path / "p.parquet")
    made = told("data import x.parquet --name x --title Mine --label-meaning 1=heavy")
    assert made.startswith("x: 30 background, 30 heavy; read as csv, kept in ")
    told("data import p.parquet --name p")
    listed = told("list datasets")
    assert "Mine" in listed
    assert "Events of p.parquet" in listed
    assert 'name = "heavy"' in told("data card x")
    assert "| AUC" in told("run --plugin linear --dataset x --events 10")
    # fitted on rd, scored on what was imported
    padded = rows(particles(200, seed=3), None).astype(np.float32).reshape(-1, 700, 3)
    labels = (np.arange(200) % 2).astype(np.int8)
    twin = tmp_path / "home" / "data" / "rd.twin.h5"
    write(twin, Events(padded, labels), {"edition": "twin"})
    across = told("run --plugin linear --train rd --dataset p --events 20")
    assert "p (imported)" in across
