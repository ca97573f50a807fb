"""The store: what is hashed and read of it, what is left out, and how a run is picked."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toys import Cut, Workplace

import bench
from bench import fingerprint, sealed
from bench.cache import MANIFEST, seal, verify
from bench.cli.main import main
from bench.errors import DamagedError, RequestError
from bench.guards.evidence import Judged
from bench.guards.judged.identical import Identical
from bench.guards.moments import FILE as VERDICTS
from bench.guards.moments import read_verdicts
from bench.history import HISTORY, write_events
from bench.plugins import Offer
from bench.report.contents import Contents
from bench.report.page import write_report
from bench.request import RunRequest
from bench.run import run
from bench.scored import Scored
from bench.sealed import METRICS, SCORES
from bench.store import RECORD, Run, Store

REQUEST = RunRequest(plugin="cut", dataset="toy")
LATIN = b'{"caf\xe9": 1}\n'
"""JSON, but for one byte that is not UTF-8."""


@dataclass(frozen=True)
class Idle(Cut):
    """The same cut, with an option that nobody reads."""

    name = "idle"
    patience: int = 1
    """Plays no part."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A place where two runs were done."""
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    place.shelf.offers[bench.Model][Idle.name] = Offer(Idle, Idle.name, "classifier-bench", "0")
    for seed in (0, 1):
        do(place, replace(REQUEST, seed=seed))
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    """The same, with a store of its own."""
    return replace(made, store=Store(shutil.copytree(made.store.root, tmp_path / "runs")))


def do(place: Workplace, request: RunRequest = REQUEST) -> tuple[Run, bool]:
    return run(request, place.shelf, place.home, place.store, place.context)


def counted(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> Counter[str]:
    """Counts the calls of a function by its first argument, wherever it was imported to."""
    calls: Counter[str] = Counter()

    def counting(first: Any, *more: Any, **named: Any) -> Any:
        calls[first if isinstance(first, str) else str(first)[:200]] += 1
        return function(first, *more, **named)

    for name, module in list(sys.modules.items()):
        if name.startswith("bench") and vars(module).get(function.__name__) is function:
            monkeypatch.setattr(module, function.__name__, counting)
    return calls


def altered(one: Run, **fields: Any) -> Path:
    """The record of a run with other fields; `...` takes a field away."""
    file = one.folder / RECORD
    record = json.loads(file.read_text()) | fields
    file.write_text(json.dumps({name: v for name, v in record.items() if v is not ...}))
    return file


def resealed(one: Run, name: str, content: bytes) -> None:
    """A file with other content that its record knows of."""
    (one.folder / name).write_bytes(content)
    digest = fingerprint.file_digest(one.folder / name)
    altered(one, files={**one.record.files, name: digest})


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Gives a command's exit code and what it said, on the output and on the error stream."""

    def called(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bench", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return called


def test_three_tables_are_hashed_for_a_run_whatever_is_stored(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(monkeypatch, fingerprint.table_digest)
    hashed = []
    for number in range(6):
        before = calls.total()
        _, reused = do(place, replace(REQUEST, options={"scale": f"{1.1 + number / 10}"}))
        assert not reused
        hashed.append(calls.total() - before)
    assert hashed == [3] * 6
    do(place)
    assert calls.total() == 7 * 3


def test_a_new_run_reads_no_scores_of_stored_ones(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Counter[str]()
    read = pd.read_parquet

    def counting(path: Path, **named: Any) -> pd.DataFrame:
        calls[str(path)] += 1
        return read(path, **named)

    monkeypatch.setattr(pd, "read_parquet", counting)
    do(place, replace(REQUEST, options={"scale": "2.5"}))
    assert not calls


def test_a_run_that_is_there_is_found_without_reading_the_others(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = place.store.runs()
    (second.folder / RECORD).write_bytes(b"{")
    monkeypatch.setattr(place.store, "_left_out", left_out := set[str]())
    assert place.store.find(first.record.id)
    assert not left_out
    renamed = first.folder.rename(first.folder.with_name("the-best-one"))
    assert place.store.find(first.record.id).folder == renamed


def test_a_report_verifies_and_reads_each_file_once(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(place, replace(REQUEST, permute="numbers"))
    hashed = counted(monkeypatch, fingerprint.file_digest)
    decoded = Counter[str]()
    parsed = sealed.read_json

    def counting(path: Path, kind: type[Any]) -> Any:
        decoded[str(path)] += 1
        return parsed(path, kind)

    monkeypatch.setattr(sealed, "read_json", counting)
    runs = place.store.pick([])
    write_report(runs, tmp_path / "report", Contents(blocks=True))
    wanted = {str(one.folder / name): 1 for one in runs for name in (SCORES, METRICS)}
    assert {path: n for path, n in hashed.items() if HISTORY not in path} == wanted
    assert set(hashed.values()) == {1}
    assert decoded == {path: 1 for path in wanted if path.endswith(METRICS)}


@pytest.mark.parametrize("known", [True, False], ids=["by-hash", "old-record"])
def test_the_same_scores_of_another_setting_are_noticed(place: Workplace, known: bool) -> None:
    first, _ = do(place, replace(REQUEST, plugin="idle"))
    assert first.record.values == first.scored().digest
    if not known:
        altered(first, values=...)
        altered(next(iter(place.store.runs())), values=...)
    done, _ = do(place, replace(REQUEST, plugin="idle", options={"patience": "2"}))
    (said,) = [v for v in done.record.verdicts if v.code == Identical.code]
    assert first.name in said.findings[0]
    apart, _ = do(place, replace(REQUEST, plugin="idle", options={"offset": "0.1"}))
    (said,) = [v for v in apart.record.verdicts if v.code == Identical.code]
    assert said.findings == []


def scores(*values: float) -> Scored:
    array = np.array(values)
    return Scored(np.zeros(len(array), np.int8), array, np.ones(len(array)), 0.5)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), True),
        ((0.1, 0.2, 0.3), (0.1, 0.3, 0.2), False),
        ((0.1, 0.2, 0.3), (0.1, 0.2, np.nextafter(0.3, 1)), False),
        ((0.0, 0.2, 0.3), (-0.0, 0.2, 0.3), True),
        ((0.1, 0.2, 0.3, np.nan), (0.1, 0.2, 0.3, -np.nan), True),
        ((0.1, 0.2, 0.3, np.nan), (0.1, 0.2, 0.3, 0.0), False),
        ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3, np.nan), False),
    ],
)
def test_scores_have_one_hash_where_the_guard_calls_them_identical(
    one: tuple[float, ...], other: tuple[float, ...], equal: bool
) -> None:
    mine = scores(*one)
    evidence = Judged(Cut(), "", mine, mine, {"theirs": scores(*other).score})
    assert bool(list(Identical().look(evidence))) is equal
    assert (mine.digest == scores(*other).digest) is equal


def test_decisions_with_events_without_one_say_nothing() -> None:
    mine = scores(0.0, 1.0, np.nan, 1.0)
    assert not list(Identical().look(Judged(Cut(), "", mine, mine, {"theirs": mine.score})))


FORMS = {
    "newer": (2, "form 2, written by bench 0.1.0; this bench reads form 1; a newer bench"),
    "much newer": (10**30, "a newer bench is needed"),
    "none": (..., "no form, written by bench 0.1.0"),
    "nought": (0, "form 0,"),
    "negative": (-1, "form -1,"),
    "text": ("two", 'form "two",'),
    "null": (None, "form null,"),
    "bool": (True, "form true,"),
    "broken": (1.5, "form 1.5,"),
    "list": ([1], "form [1],"),
}


@pytest.mark.parametrize(("form", "told"), FORMS.values(), ids=FORMS)
def test_a_record_of_another_form_is_left_out_and_refused_by_name(
    place: Workplace, command: Command, caplog: pytest.LogCaptureFixture, form: object, told: str
) -> None:
    first, second = place.store.runs()
    altered(first, schema=form)
    runs = ["--runs", str(place.store.root)]
    code, out, _ = command("list", "runs", *runs)
    assert code == 0
    assert second.name in out
    assert first.name not in out
    (line,) = caplog.messages
    assert first.name in line
    assert told in line
    named = (("doctor", first.name), ("compare", second.name, first.name), ("report", first.name))
    for words in named:
        code, _, err = command(*words, *runs)
        assert code == 2
        (line,) = err.splitlines()
        assert first.name in line
        assert told in line
    with pytest.raises(DamagedError, match="form"):
        do(place, replace(REQUEST, start=first.name, train_ratio="1:3"))


def test_a_form_whose_writer_is_not_known_is_told_so(place: Workplace) -> None:
    first, second = place.store.runs()
    altered(first, schema=2, versions=...)
    altered(second, schema=2, versions={"classifier-bench": {"major": 3}}, status=17)
    with pytest.raises(DamagedError, match="written by an unknown bench"):
        place.store.pick([first.name])
    with pytest.raises(DamagedError, match=r'written by bench \{"major": 3\}'):
        place.store.pick([second.name])


def test_what_a_record_of_this_form_holds_beyond_it_is_passed_over(place: Workplace) -> None:
    first, _ = place.store.runs()
    altered(first, mood="good", values=...)
    (found,) = place.store.pick([first.name])
    assert found.record == replace(first.record, values=None)


@pytest.mark.parametrize("content", [LATIN, b"{", b"[]", b"", b"[" * 100_000, b"\x00"])
def test_a_damaged_record_is_left_out_and_refused_by_name(
    place: Workplace, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    first, second = place.store.runs()
    (first.folder / RECORD).write_bytes(content)
    assert [one.name for one in place.store.runs()] == [second.name]
    assert [one.name for one in place.store.pick([])] == [second.name]
    (line,) = caplog.messages  # told once, however often the store is read
    assert str(first.folder / RECORD) in line
    with pytest.raises(DamagedError, match=first.name):
        place.store.pick([first.name])


@pytest.mark.parametrize("name", [METRICS, HISTORY])
def test_a_sealed_file_that_is_no_text_is_named_and_left_out(
    place: Workplace, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    first, _ = place.store.runs()
    resealed(first, name, LATIN)
    page = write_report(place.store.pick([]), tmp_path / "report").read_text()
    assert "## toy (twin), test" in page  # the other one is reported
    assert str(first.folder / name) in page + caplog.text
    done, reused = do(place)
    assert not reused
    assert done.folder != first.folder


def test_a_history_that_was_changed_is_not_drawn(
    place: Workplace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for one in place.store.runs():
        (one.folder / HISTORY).write_text('{"step": 0, "loss": 0.1}\n')
    page = write_report(place.store.pick([]), tmp_path / "report")
    assert not list((page.parent / "figures").glob("history*"))
    assert f"{HISTORY} is not what was sealed; its losses are not drawn" in caplog.text


def test_a_history_that_was_cut_inside_a_letter_is_read_to_there(tmp_path: Path) -> None:
    file = tmp_path / HISTORY
    file.write_bytes(b'{"step": 0, "loss": 0.5}\n' + '{"step": 1, "é": 0.5}\n'.encode()[:14])
    write_events(file, tmp_path / "events")
    assert list((tmp_path / "events").iterdir())


def test_a_manifest_that_is_no_text_is_a_damaged_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    seal(tmp_path)
    (tmp_path / MANIFEST).write_bytes(LATIN)
    with pytest.raises(DamagedError, match="no readable manifest"):
        verify(tmp_path)


def test_verdicts_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / VERDICTS).write_bytes(LATIN)
    with pytest.raises(DamagedError, match=VERDICTS):
        read_verdicts(tmp_path)


def test_a_run_is_picked_by_its_whole_name_though_another_begins_with_it(
    place: Workplace,
) -> None:
    first, _ = place.store.runs()
    shutil.copytree(first.folder, first.folder.with_name(f"{first.name}-1"))
    assert place.store.pick([first.name])[0].folder == first.folder
    with pytest.raises(RequestError, match="2 runs called"):
        place.store.pick([first.name[:-1]])


def test_a_folder_without_a_record_is_no_run(place: Workplace) -> None:
    place.store.claim("2026-01-02T03:04:05Z", "abc" * 20)
    (place.store.root / "file").touch()
    assert len(list(place.store.runs())) == 2
    with pytest.raises(RequestError, match="no run called"):
        place.store.pick(["20260102T030405Z-abcabcabcabc"])


def test_a_store_that_is_not_there_holds_no_runs(tmp_path: Path) -> None:
    store = Store(tmp_path / "none")
    assert not list(store.runs())
    assert store.find("abc") is None
    with pytest.raises(RequestError, match="no run called 'x'"):
        store.pick(["x"])
