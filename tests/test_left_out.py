"""What cannot be read is left out, with its path and why; the rest goes on."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toys import Workplace
from typed import typed

from bench.api.errors import DamagedError
from bench.running.pipeline import run
from bench.storage.archive import RESULTS, RUNS, pack, unpack, unpack_sound
from bench.storage.archive_lines import CONTENTS
from bench.storage.cache import stored, verify
from bench.storage.named_runs import all_called, on_one_sample
from bench.storage.report_contents import PLAIN
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store
from bench.storage.stored_run import METRICS, SCORES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("left-out"))
    for seed in (0, 1):
        request = RunRequest(plugin="cut", dataset="toy", seed=seed)
        run(request, place.registry, place.home, place.store, place.context)
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    return replace(made, store=Store(shutil.copytree(made.store.root, tmp_path / "runs")))


@pytest.fixture
def runs(place: Workplace) -> list[Run]:
    return sorted(place.store.runs(), key=lambda run: run.record.seed)


def damage(file: Path) -> None:
    """Flip one bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("name", [RECORD, METRICS, SCORES])
def test_a_comparison_goes_on_without_a_damaged_seed(
    place: Workplace, runs: list[Run], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    damage(runs[1].folder / name)
    (model,) = on_one_sample(Store(place.store.root), ["cut"])
    assert [one.record.seed for one in model.runs] == [0]
    assert str(runs[1].folder / name) in caplog.text


def test_a_report_on_named_runs_goes_on_without_the_damaged_one(
    place: Workplace, runs: list[Run], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = runs
    damage(second.folder / RECORD)
    assert [one.name for one in all_called(place.store, [first.name, second.name])] == [first.name]
    assert f"{second.folder / RECORD} " in caplog.text
    assert "it is left out" in caplog.text
    with pytest.raises(DamagedError, match=second.name):
        all_called(place.store, [second.name])


def test_a_run_that_is_named_and_damaged_is_refused_in_one_line(
    place: Workplace, runs: list[Run]
) -> None:
    damage(runs[1].folder / RECORD)
    for words in (("show", runs[1].name), ("doctor", runs[1].name), ("export", runs[1].name, "x")):
        ended = typed(place, *words)
        assert ended.code == 2
        assert f"{runs[1].name}/run.json" in ended.line


@pytest.mark.parametrize(("number", "name"), [(errno.EACCES, RECORD), (errno.EIO, SCORES)])
def test_a_file_that_cannot_be_read_is_as_a_damaged_one(  # noqa: PLR0917
    place: Workplace,
    runs: list[Run],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
    name: str,
) -> None:
    file, opened = runs[1].folder / name, open

    def refused(path: Any, *given: Any, **more: Any) -> Any:
        if str(path) == str(file):
            raise OSError(number, os.strerror(number), str(path))
        return opened(path, *given, **more)

    monkeypatch.setattr("io.open", refused)
    (model,) = on_one_sample(Store(place.store.root), ["cut"])
    assert [one.record.seed for one in model.runs] == [0]
    assert f"{file} cannot be read: {os.strerror(number)}" in caplog.text


def test_a_machine_that_is_out_of_handles_damages_nothing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An entry is not thrown away because no more files can be opened just now."""

    def busy(*_: object) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def compute(folder: Path) -> None:
        (folder / "a").touch()

    folder, _ = stored(tmp_path / "fits", "key", compute, print)
    monkeypatch.setattr("bench.storage.cache.file_digest", busy)
    with pytest.raises(OSError, match="open files"):
        verify(folder)
    assert (folder / "a").is_file()


def test_of_a_damaged_archive_the_sound_runs_are_taken(
    runs: list[Run], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pack(runs, PLAIN, tmp_path)
    file = tmp_path / RESULTS / RUNS
    whole = file.read_text()
    file.write_text(whole.replace('"seed":1', '"seed":3', 1))
    taken = unpack_sound(tmp_path, Store(tmp_path / "one"))
    assert [one.name for one in taken] == [runs[0].name]
    assert f"{file}, line 2, is not what was sealed; it is left out" in caplog.text
    with pytest.raises(DamagedError, match="line 2"):
        unpack(tmp_path, Store(tmp_path / "two"))
    file.write_text(whole)
    for other in (tmp_path / RESULTS).glob("*.parquet"):
        damage(other)
    assert unpack_sound(tmp_path, Store(tmp_path / "three")) == []
    assert not list((tmp_path / "three").glob("2*"))


def test_scores_of_an_archive_are_those_that_were_judged(runs: list[Run], tmp_path: Path) -> None:
    """Where an earlier bench packed it, which sealed nothing."""
    import pandas as pd

    pack(runs, PLAIN, tmp_path)
    cover = tmp_path / RESULTS / CONTENTS
    cover.write_text(json.dumps(json.loads(cover.read_text()) | {"sealed": {}}))
    assert len(unpack(tmp_path, Store(tmp_path / "one"))) == 2
    for file in (tmp_path / RESULTS).glob("*.parquet"):
        frame = pd.read_parquet(file)
        frame.iloc[0, -1] = 0.123
        frame.to_parquet(file, index=False)
    with pytest.raises(DamagedError, match="other scores than were judged"):
        unpack(tmp_path, Store(tmp_path / "two"))


def test_what_cannot_be_packed_is_named(
    runs: list[Run], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damage(runs[0].folder / SCORES)
    pack([Run(one.folder, one.record) for one in runs], PLAIN, tmp_path)
    assert [one.name for one in unpack(tmp_path, Store(tmp_path / "one"))] == [runs[1].name]
    assert "the run is not packed" in caplog.text


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_a_record_that_was_never_sealed_is_read_and_one_with_another_seal_is_not(
    place: Workplace, runs: list[Run], seal: str
) -> None:
    file = runs[1].folder / RECORD
    file.write_text(json.dumps(json.loads(file.read_text()) | {"seal": seal}, indent=1))
    assert len(list(Store(place.store.root).runs())) == (1 if seal else 2)
