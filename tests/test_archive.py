"""Runs packed beside a report, and the check that a committed report is what they give."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Workplace
from two_cuts import desk_at, studied

from bench.api.errors import DamagedError, RequestError
from bench.cli.report import command as report
from bench.cli.study import command as study
from bench.report.up_to_date import find_reports, out_of_step
from bench.storage.archive import RESULTS, RUNS, pack, unpack
from bench.storage.archive_lines import CONTENTS
from bench.storage.report_contents import Contents
from bench.storage.store import LOCKS, Metrics, Store, write_metrics


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with desk_at(tmp_path_factory.mktemp("desk")) as place:
        yield place


@pytest.fixture(scope="module")
def original(desk: Workplace) -> Path:
    return studied(desk)


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
    ("file", "old", "new", "message"),
    [
        ("report.md", "0.", "1.", "report.md is not what its runs give"),
        ("report.html", "<td", "<td ", "report.html is not what"),
        ("tables/figures.csv", "cut", "cat", "figures.csv is not what"),
        ("study.toml", "seeds = [0, 1]", "seeds = [0, 1, 2]", "asks for cut, seed 2"),
        ("study.toml", "seeds = [0, 1]", "seeds = [0]", "cut, seed 1 is packed, and"),
        ("study.toml", "decisions = true", "blocks = true", "asks for another report"),
        ("points.csv", "70", "71", "points.csv has changed"),
    ],
)
def test_whatever_is_changed_by_hand_is_out_of_step(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    content = (folder / file).read_text()
    assert old in content
    (folder / file).write_text(content.replace(old, new, 1))
    assert any(message in line for line in out_of_step(folder))


def test_a_figure_that_is_changed_in_an_archive_is_told(folder: Path) -> None:
    file = folder / RESULTS / RUNS
    file.write_text(file.read_text().replace('"value":0.9', '"value":0.8', 1))
    with pytest.raises(DamagedError, match=r"runs.jsonl, line 1, is not what was sealed"):
        out_of_step(folder)
    ran = CliRunner().invoke(report, ["--check", str(folder.parent)], standalone_mode=False)
    assert ran.return_value == 1
    assert "out of step" in ran.output
    cover = folder / RESULTS / CONTENTS
    cover.write_text(json.dumps(json.loads(cover.read_text()) | {"sealed": {}}))  # as it once was
    assert any("report.md is not what its runs give" in line for line in out_of_step(folder))


def test_another_version_of_a_library_in_a_page_is_in_step(folder: Path) -> None:
    page = folder / "report.html"
    text = page.read_text()
    for name in ("vega", "datatables"):
        assert f'data-library="{name}">' in text
    newer = re.sub(r'(data-library="\w+">)', r"\1/* newer */", text)
    page.write_text(newer)
    assert out_of_step(folder) == []
    page.write_text(newer.replace("breath", "breadth"))  # a script of the page's own
    assert out_of_step(folder) == [f"{page} is not what its runs give"]


def test_files_too_many_or_too_few_are_told(folder: Path) -> None:
    (folder / "tables" / "strange.csv").write_text("x")
    figure = next((folder / "figures").iterdir())
    figure.unlink()
    messages = "\n".join(out_of_step(folder))
    assert "strange.csv is not of these runs" in messages
    assert f"{figure.name} is missing" in messages


def test_the_command_exits_with_1(folder: Path) -> None:
    (folder / "report.md").write_text("all is well")
    ran = CliRunner().invoke(report, ["--check", str(folder)], standalone_mode=False)
    assert ran.return_value == 1
    assert "out of step" in ran.output


def test_a_study_takes_up_its_packed_runs(desk: Workplace, folder: Path, tmp_path: Path) -> None:
    before = (folder / "report.md").read_bytes()
    shutil.rmtree(desk.home.fits)
    arguments = [str(folder / "study.toml"), "--runs", str(tmp_path / "runs")]
    CliRunner().invoke(study, arguments, standalone_mode=False)
    fitted = [
        r for r in Store(tmp_path / "runs").runs() if r.record.status == "ok" and r.record.fit
    ]
    assert len(fitted) == 2
    assert not (desk.home.fits / fitted[0].record.fit).exists()  # nothing was fitted anew
    after = (folder / "report.md").read_bytes()
    assert after.count(b"| cut") == before.count(b"| cut")


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
    with pytest.raises(DamagedError, match="is not what was sealed"):
        unpack(folder, Store(tmp_path / "other"))
    (folder / RESULTS / RUNS).write_text("{")
    with pytest.raises(DamagedError, match="cannot be read"):
        unpack(folder, Store(tmp_path / "another"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"schema":1', '"schema":2', "line 1, run .* has form 2, written by bench 0.1.0"),
        ('"schema":1', '"mood":1', "line 1, run .* has no form, written by"),
        ('"schema":1', '"schema":"two"', 'line 1, run .* has form "two"'),
        ('"plugin":"cut"', '"plugin":"caf\udce9"', "line .*, cannot be read"),
        ('"form":1', '"form":2', "contents.json has form 2, written by bench 0.1.0"),
        ('"form":1', '"form":null', "contents.json has form null"),
        ('"form":1', '"form":"\udce9"', "contents.json cannot be read"),
    ],
)
def test_an_archive_of_another_form_is_refused_by_name(
    folder: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = folder / RESULTS / (CONTENTS if "form" in old else RUNS)
    content = path.read_text()
    assert old in content
    path.write_bytes(content.replace(old, new, 1).encode(errors="surrogateescape"))
    with pytest.raises(DamagedError, match=message):
        unpack(folder, Store(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
    with pytest.raises(DamagedError, match=message):
        out_of_step(folder)


def test_an_archive_that_two_take_up_at_once_is_unpacked_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def slowly(where: Path, metrics: Metrics) -> None:
        written.append(where.name)
        time.sleep(0.1)
        write_metrics(where, metrics)

    monkeypatch.setattr("bench.storage.archive.write_metrics", slowly)
    store = Store(tmp_path / "other")
    threads = [threading.Thread(target=unpack, args=(folder, store)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == len(set(written)) == 3
    for one in store.runs():
        assert not [name for name in one.record.files if name.endswith(".tmp")]
    assert not list((store.root / LOCKS).iterdir())


def test_an_archive_from_before_there_were_forms_is_read(folder: Path, tmp_path: Path) -> None:
    path = folder / RESULTS / CONTENTS
    contents = json.loads(path.read_text())
    path.write_text(json.dumps({name: contents[name] for name in ("title", "decisions", "blocks")}))
    assert out_of_step(folder) == []


def test_losses_that_were_changed_are_not_packed(
    desk: Workplace, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs = unpack(folder, Store(tmp_path / "other"))
    for one in runs:
        if "history.jsonl" in one.record.files:
            (one.folder / "history.jsonl").write_bytes(b"\xff")
    pack(runs, Contents("none"), tmp_path)
    assert "history.jsonl is not what was sealed; its losses are not packed" in caplog.text
    lines = (tmp_path / RESULTS / RUNS).read_text().splitlines()
    assert not any(json.loads(line)["history"] for line in lines)


def test_packing_no_run_is_an_empty_archive(tmp_path: Path) -> None:
    pack([], Contents("none"), tmp_path)
    assert unpack(tmp_path, Store(tmp_path / "runs")) == []
