"""Runs packed beside a report, and the check that a committed report is what they give."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.archive import RESULTS, RUNS, pack, unpack
from bench.cli.report import command as report
from bench.cli.study import command as study
from bench.errors import DamagedError, RequestError
from bench.report.check import find_reports, out_of_step
from bench.report.contents import Contents
from bench.store import Store

STUDY = """
title = "Two cuts"
counts = ["points.csv"]
[report]
decisions = true
[defaults]
dataset = "toy"
[[runs]]
plugin = "cut"
seeds = [0, 1]
[[runs]]
plugin = "cut"
set = { breaks = true }
allow = ["B033"]
"""
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    place = Workplace.at(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.plugins.load_shelf", lambda: place.shelf)
        patch.setenv("BENCH_HOME", str(place.home.root))
        yield place


@pytest.fixture(scope="module")
def original(desk: Workplace) -> Path:
    folder = desk.home.root.parent / "reports" / "cuts"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    (folder / "points.csv").write_text(POINTS)
    asked = [str(folder / "study.toml"), "--runs", str(desk.store.root)]
    ran = CliRunner().invoke(study, asked, standalone_mode=False)
    assert ran.return_value == 1, ran.output  # one of its runs breaks
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "reports" / "cuts")


def test_what_is_packed_comes_back(desk: Workplace, folder: Path, tmp_path: Path) -> None:
    runs = {run.name: run for run in desk.store.runs()}
    back = unpack(folder, Store(tmp_path / "other"))
    assert {run.name for run in back} == runs.keys()
    for run in back:
        was = runs[run.name]
        assert run.record.request == was.record.request
        if was.record.status != "ok":
            assert run.record.error == was.record.error
            continue
        assert run.metrics() == was.metrics()
        for sample in ("evaluated", "valid") if not was.record.bare else ("evaluated",):
            assert np.array_equal(run.scored(sample).score, was.scored(sample).score)
            assert np.array_equal(run.events(sample), was.events(sample))
            assert run.scored(sample).weights.dtype == np.float64  # as wide as it was
    assert len(list(Store(tmp_path / "other").runs())) == len(runs)


def test_a_report_fresh_from_its_study_is_in_step(folder: Path) -> None:
    assert out_of_step(folder) == []
    ran = CliRunner().invoke(report, ["--check", str(folder.parent)], standalone_mode=False)
    assert ran.return_value == 0
    assert ran.output == f"{folder}: in step\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("report.md", "0.", "1.", "report.md is not what its runs give"),
        ("report.html", "<td", "<td ", "report.html is not what"),
        ("tables/figures.csv", "cut", "cat", "figures.csv is not what"),
        ("study.toml", "seeds = [0, 1]", "seeds = [0, 1, 2]", "asks for cut, seed 2"),
        ("study.toml", "seeds = [0, 1]", "seeds = [0]", "cut, seed 1 is packed, and"),
        ("study.toml", "decisions = true", "blocks = true", "asks for another report"),
        ("points.csv", "70", "71", "points.csv has changed"),
        (f"{RESULTS}/{RUNS}", '"value":0.9', '"value":0.8', "report.md is not what"),
    ],
)
def test_whatever_is_changed_by_hand_is_out_of_step(
    folder: Path, file: str, old: str, new: str, told: str
) -> None:
    content = (folder / file).read_text()
    assert old in content
    (folder / file).write_text(content.replace(old, new, 1))
    assert any(told in line for line in out_of_step(folder))


def test_files_too_many_or_too_few_are_told(folder: Path) -> None:
    (folder / "tables" / "strange.csv").write_text("x")
    figure = next((folder / "figures").iterdir())
    figure.unlink()
    found = "\n".join(out_of_step(folder))
    assert "strange.csv is not of these runs" in found
    assert f"{figure.name} is missing" in found


def test_the_command_exits_with_1(folder: Path) -> None:
    (folder / "report.md").write_text("all is well")
    ran = CliRunner().invoke(report, ["--check", str(folder)], standalone_mode=False)
    assert ran.return_value == 1
    assert "out of step" in ran.output


def test_a_study_takes_up_its_packed_runs(desk: Workplace, folder: Path, tmp_path: Path) -> None:
    before = (folder / "report.md").read_bytes()
    shutil.rmtree(desk.home.fits)
    asked = [str(folder / "study.toml"), "--runs", str(tmp_path / "runs")]
    CliRunner().invoke(study, asked, standalone_mode=False)
    fitted = [
        r for r in Store(tmp_path / "runs").runs() if r.record.status == "ok" and r.record.fit
    ]
    assert len(fitted) == 2
    assert not (desk.home.fits / fitted[0].record.fit).exists()  # nothing was fitted anew
    told = (folder / "report.md").read_bytes()
    assert told.count(b"| cut") == before.count(b"| cut")


def test_a_report_without_packed_runs_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("x")
    assert find_reports(tmp_path) == [tmp_path]
    with pytest.raises(RequestError, match="to check the report by"):
        out_of_step(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", ".hidden"])
def test_a_packed_run_cannot_be_written_elsewhere(folder: Path, tmp_path: Path, name: str) -> None:
    file = folder / RESULTS / RUNS
    first, *rest = file.read_text().splitlines()
    file.write_text("\n".join([json.dumps(json.loads(first) | {"name": name}), *rest]))
    with pytest.raises(DamagedError):
        unpack(folder, Store(tmp_path / "other"))


def test_a_damaged_archive_is_one_line(folder: Path, tmp_path: Path) -> None:
    scores = next((folder / RESULTS).glob("events-*.parquet"))
    scores.write_bytes(scores.read_bytes()[:100])
    with pytest.raises(DamagedError, match="cannot be read"):
        unpack(folder, Store(tmp_path / "other"))
    (folder / RESULTS / RUNS).write_text("{")
    with pytest.raises(DamagedError, match="cannot be read"):
        unpack(folder, Store(tmp_path / "another"))


def test_packing_no_run_is_an_empty_archive(tmp_path: Path) -> None:
    pack([], Contents("none"), tmp_path)
    assert unpack(tmp_path, Store(tmp_path / "runs")) == []
