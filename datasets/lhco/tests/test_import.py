"""Imports: a file in any layout becomes a dataset that runs, or nothing at all."""

from __future__ import annotations

import os
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
from bench_lhco.imported.import_file import import_file
from bench_lhco.imported.listing import imported
from click.testing import CliRunner
from foreign import LABELS, NAMES, N, blocks, features, lists, parquet, particles, rows
from importing import imported_dataset, left

import bench
from bench.api.dataset_requests import ImportRequest
from bench.cli.main import cli


def test_particles_become_a_dataset_like_any(tmp_path: Path, context: bench.Context) -> None:
    parquet(tmp_path / "events.parquet")
    before = (tmp_path / "events.parquet").read_bytes()
    mine = imported_dataset(
        context, file=tmp_path / "events.parquet", label_meanings=("1=wide: jets",)
    )
    assert (tmp_path / "events.parquet").read_bytes() == before
    assert (mine.kinds, mine.mass, mine.ratio) == (("wide",), "m_jj", "natural")
    source = mine.open(None, None, context)
    assert source.edition == "imported"
    assert mine.open(None, source.file, context) == source
    as_rd = ResearchAndDevelopment().open(None, source.file, context)
    assert (as_rd.edition, as_rd.file) == ("imported", source.file)
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
def test_features_become_a_dataset(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = features()
    x[4] = x[2]  # of the same label
    blocks(tmp_path / "features.h5", x)
    monkeypatch.setattr("bench_lhco.imported.repeats.MOST", 1 / N)
    mine = imported_dataset(context, file=tmp_path / "features.h5", title="Mine", licence="CC0")
    assert "1 of 60 events are repeated: equal to an earlier one in all features" in mine.card()
    notices: list[str] = []
    source = mine.open(None, None, context)
    table = mine.table(source, replace(context, notice=notices.append))
    assert notices == ["mine: 1 repeated events are left out"]
    once = np.delete(np.arange(N), 4)
    assert np.array_equal(table.x[:, :14], x[once].astype(np.float32))
    assert np.array_equal(table.y, LABELS[once])
    units = {column.name: column.unit for column in table.columns}
    assert (units["pxj1"], units["m_jj"], units["tau1j1"]) == ("GeV", "GeV", "1")
    assert (type(mine).__doc__, mine.mass) == ("Mine", "m_jj")
    assert any(
        "1 of 60 events are there more than once" in notices
        for notices in mine.check(source.file, context)
    )
    card = context.data / "imported" / "mine" / "card.toml"
    column = "[columns.tau1j1]\nunit = "
    card.write_text(card.read_text().replace(f'{column}"1"', f'{column}"GeV"'))
    (again,) = imported(context.data, [])
    assert again().open(None, None, context).digest != source.digest
    assert again().open("imported", source.file, context) == again().open(None, None, context)
    with pytest.raises(bench.RequestError, match="wanted mine as it was imported"):
        mine.open(None, tmp_path / "features.h5", context)


@pytest.mark.usefixtures("here")
def test_a_second_file_of_signal_and_kinds_of_it(tmp_path: Path, context: bench.Context) -> None:
    pq.write_table(pa.table(lists(particles(20))), tmp_path / "background.parquet")
    both = pa.table({**lists(particles(9, seed=2)), "label": [1, 1, 2] * 3})
    pq.write_table(both, tmp_path / "signal.parquet")
    mine = imported_dataset(
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
        imported_dataset(context, **files, force=True)
    pq.write_table(pa.table(both), tmp_path / "background.parquet")
    with pytest.raises(bench.InputError, match=r"background.parquet: event 0 has a label other"):
        imported_dataset(context, **files, force=True)
    assert left(context) == ["mine"]


def unlabelled(path: Path) -> None:
    np.savetxt(path, features(), delimiter=",", header=",".join("abcdefghijklmn"), comments="")


@pytest.mark.usefixtures("here")
def test_labels_from_a_file_or_one_for_all(tmp_path: Path, context: bench.Context) -> None:
    unlabelled(tmp_path / "x.csv")
    key = tmp_path / "key"
    key.write_text("".join(f"{float(label)}\n" for label in LABELS) + "\n\n")
    mine = imported_dataset(context, file=tmp_path / "x.csv", labels=key)
    assert np.array_equal(mine.table(mine.open(None, None, context), context).y, LABELS)
    assert mine.mass is None
    mine = imported_dataset(context, file=tmp_path / "x.csv", label=0, force=True)
    assert mine.kinds == ()
    assert not mine.table(mine.open(None, None, context), context).y.any()
    key.write_text("0\n" * (N - 1))
    with pytest.raises(bench.InputError, match=r"59 labels, .*x.csv has more events"):
        imported_dataset(context, file=tmp_path / "x.csv", labels=key, force=True)
    key.write_text("0\n" * (N + 1))
    with pytest.raises(bench.InputError, match=r"61 labels, .*x.csv has 60 events"):
        imported_dataset(context, file=tmp_path / "x.csv", labels=key, force=True)
    with pytest.raises(bench.InputError, match="wanted --label-column NAME, --label, --labels"):
        imported_dataset(context, file=tmp_path / "x.csv", force=True)
    assert left(context) == ["mine"]
    (still,) = imported(context.data, [])
    assert still.kinds == ()


@pytest.mark.usefixtures("here")
def test_what_is_left_out_and_made_of_it_is_told_and_in_the_card(
    tmp_path: Path, context: bench.Context
) -> None:
    momenta = lists(particles(), ("part_px", "part_py", "part_pz"))
    more = {"part_energy": momenta["part_px"], "weight": np.ones(N), "label": LABELS}
    pq.write_table(pa.table({**momenta, **more}), tmp_path / "file")
    lines = import_file(ImportRequest(file=tmp_path / "file", name="mine"), context)
    assert lines[1:] == [
        "particles are taken as massless: px, py, pz are kept as pt, eta, phi",
        "left out, being no pt, eta or phi: 'part_energy', 'weight'",
    ]
    (mine,) = imported(context.data, [])
    assert list(mine.described.notes) == lines[1:]


def test_the_command_line_imports_lists_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def output_of(line: str) -> str:
        ran = CliRunner().invoke(cli, line.split(), catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCH_PLUGINS", "lhco,linear")
    columns = dict(zip(NAMES, features().T, strict=True))
    more = {"signal": LABELS, "weight": np.ones(N), "event_id": np.arange(N)}
    pq.write_table(pa.table({**columns, **more}), tmp_path / "x.parquet")
    parquet(tmp_path / "p.parquet")
    made = output_of(
        "data import x.parquet --name x --title Mine --label-meaning 1=heavy --label-column signal"
        " --without-column weight --without-column event_id"
    )
    assert made.startswith("x: 30 background, 30 heavy; read as columns, kept in ")
    output_of("data import p.parquet --name p")
    listed = output_of("list datasets")
    assert "Mine" in listed
    assert "Events of p.parquet" in listed
    assert 'name = "heavy"' in output_of("data card x")
    assert "| AUC" in output_of("run --plugin linear --dataset x --events 10")
    # fitted on rd, scored on what was imported
    padded = rows(particles(200, seed=3), None).astype(np.float32).reshape(-1, 700, 3)
    labels = (np.arange(200) % 2).astype(np.int8)
    twin = tmp_path / "home" / "data" / "rd.twin.h5"
    write(twin, Events(padded, labels), {"edition": "twin"})
    across = output_of("run --plugin linear --train rd --dataset p --events 20")
    assert "p (imported)" in across
