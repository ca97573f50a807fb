"""What cannot be read: records of another form, and files that are damaged."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toys import Workplace

from bench.api.errors import DamagedError
from bench.cli.main import main
from bench.guards.inspect import FILE as VERDICTS
from bench.guards.inspect import read_verdicts
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage import fingerprint
from bench.storage.cache import MANIFEST, seal, verify
from bench.storage.history import HISTORY, write_events
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store
from bench.storage.stored_run import METRICS

REQUEST = RunRequest(plugin="cut", dataset="toy")
LATIN = b'{"caf\xe9": 1}\n'
"""JSON, but for one byte that is not UTF-8."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A place where two runs were done."""
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    for seed in (0, 1):
        do(place, replace(REQUEST, seed=seed))
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    """The same, with a store of its own."""
    return replace(made, store=Store(shutil.copytree(made.store.root, tmp_path / "runs")))


def do(place: Workplace, request: RunRequest = REQUEST) -> tuple[Run, bool]:
    return run(request, place.registry, place.home, place.store, place.context)


def by_seed(place: Workplace) -> list[Run]:
    """The runs in the order of their seeds: two of one second lie in the order of their hashes."""
    return sorted(place.store.runs(), key=lambda one: one.record.seed)


def altered(one: Run, **fields: Any) -> Path:
    """The record of a run with other fields; `...` takes a field away."""
    file = one.folder / RECORD
    record = json.loads(file.read_text()) | {"seal": ...} | fields  # as one that was never sealed
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


@pytest.mark.parametrize(("form", "message"), FORMS.values(), ids=FORMS)
def test_a_record_of_another_form_is_left_out_and_refused_by_name(
    place: Workplace, command: Command, caplog: pytest.LogCaptureFixture, form: object, message: str
) -> None:
    first, second = by_seed(place)
    altered(first, schema=form)
    runs = ["--runs", str(place.store.root)]
    code, out, _ = command("list", "runs", *runs)
    assert code == 0
    assert second.name in out
    assert first.name not in out
    (line,) = caplog.messages
    assert first.name in line
    assert message in line
    named = (("doctor", first.name), ("compare", second.name, first.name), ("report", first.name))
    for words in named:
        code, _, err = command(*words, *runs)
        assert code == 2
        (line,) = err.splitlines()
        assert first.name in line
        assert message in line
    with pytest.raises(DamagedError, match="form"):
        do(place, replace(REQUEST, start=first.name, train_ratio="1:3"))


def test_a_form_whose_writer_is_not_known_is_told_so(place: Workplace) -> None:
    first, second = by_seed(place)
    altered(first, schema=2, versions=...)
    altered(second, schema=2, versions={"classifier-bench": {"major": 3}}, status=17)
    with pytest.raises(DamagedError, match="written by an unknown bench"):
        place.store.pick([first.name])
    with pytest.raises(DamagedError, match=r'written by bench \{"major": 3\}'):
        place.store.pick([second.name])


def test_a_record_with_a_finding_of_unknown_gravity_is_refused(place: Workplace) -> None:
    first, _ = by_seed(place)
    verdict = {"code": "B001", "guard": "x", "severity": "grave", "findings": ["y"]}
    altered(first, verdicts=[verdict])
    with pytest.raises(DamagedError, match='B001 has severity "grave", wanted void, warn, note'):
        place.store.pick([first.name])


def test_what_a_record_of_this_form_holds_beyond_it_is_passed_over(place: Workplace) -> None:
    first, _ = by_seed(place)
    altered(first, mood="good", values=...)
    (picked,) = place.store.pick([first.name])
    assert picked.record == replace(first.record, values=None)


@pytest.mark.parametrize("content", [LATIN, b"{", b"[]", b"", b"[" * 100_000, b"\x00"])
def test_a_damaged_record_is_left_out_and_refused_by_name(
    place: Workplace, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    first, second = by_seed(place)
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
    first, second = by_seed(place)
    # a history is read of the run of median AUC, which may be either
    changed = (first, second) if name == HISTORY else (first,)
    for one in changed:
        resealed(one, name, LATIN)
    page = write_report(place.store.pick([]), tmp_path / "report", blank=True).read_text()
    assert "## toy (simulated), test split" in page  # the other one is reported
    assert any(str(one.folder / name) in page + caplog.text for one in changed)
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
