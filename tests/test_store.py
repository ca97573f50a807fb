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

from bench.api.errors import RequestError
from bench.api.guard import ScoreEvidence
from bench.api.scores import Counts, Estimate, Scored
from bench.guards.b063_identical import Identical
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage import fingerprint
from bench.storage import stored_run as sealed
from bench.storage.fingerprint import scores_digest
from bench.storage.history import HISTORY
from bench.storage.report_contents import Contents
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store, write_metrics
from bench.storage.stored_run import METRICS, SCORES, Metrics

REQUEST = RunRequest(plugin="cut", dataset="toy")


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
    place.add(Idle)
    for seed in (0, 1):
        do(place, replace(REQUEST, seed=seed))
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    """The same, with a store of its own."""
    return replace(made, store=Store(shutil.copytree(made.store.root, tmp_path / "runs")))


def do(place: Workplace, request: RunRequest = REQUEST) -> tuple[Run, bool]:
    return run(request, place.registry, place.home, place.store, place.context)


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
    record = json.loads(file.read_text()) | {"seal": ...} | fields  # as one that was never sealed
    file.write_text(json.dumps({name: v for name, v in record.items() if v is not ...}))
    return file


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
    write_report(runs, tmp_path / "report", Contents(blocks=True), blank=True)
    once_each = {str(one.folder / name): 1 for one in runs for name in (SCORES, METRICS)}
    assert {path: n for path, n in hashed.items() if HISTORY not in path} == once_each
    assert set(hashed.values()) == {1}
    assert decoded == {path: 1 for path in once_each if path.endswith(METRICS)}


@pytest.mark.parametrize("known", [True, False], ids=["by-hash", "old-record"])
def test_the_same_scores_of_another_setting_are_noticed(place: Workplace, known: bool) -> None:
    first, _ = do(place, replace(REQUEST, plugin="idle"))
    assert first.record.values == scores_digest(first.scored().score)
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
    evidence = ScoreEvidence(Cut(), "", mine, mine, {"theirs": scores(*other).score})
    assert bool(list(Identical().check(evidence))) is equal
    assert (scores_digest(mine.score) == scores_digest(scores(*other).score)) is equal


def test_decisions_with_events_without_one_say_nothing() -> None:
    mine = scores(0.0, 1.0, np.nan, 1.0)
    assert not list(Identical().check(ScoreEvidence(Cut(), "", mine, mine, {"theirs": mine.score})))


def test_a_run_is_picked_by_its_whole_name_though_another_begins_with_it(
    place: Workplace,
) -> None:
    first, _ = place.store.runs()
    shutil.copytree(first.folder, first.folder.with_name(f"{first.name}-1"))
    assert place.store.pick([first.name])[0].folder == first.folder
    with pytest.raises(RequestError, match="2 runs called"):
        place.store.pick([first.name[:-1]])


def test_figures_that_are_scalars_of_numpy_are_stored_as_the_numbers_that_they_are(
    tmp_path: Path,
) -> None:
    """A newer scipy gives them for its intervals, and any plugin's metric may."""
    estimate = Estimate(np.float64(0.25), np.float32(0.125), np.float64(0.5), note="")
    counts = Counts(1, 2, 3, 4, 0, 0)
    write_metrics(tmp_path, Metrics({"rate": estimate}, counts))
    stored = json.loads((tmp_path / METRICS).read_text())["estimates"]["rate"]
    assert (stored["value"], stored["low"], stored["high"]) == (0.25, 0.125, 0.5)
    with pytest.raises(NotImplementedError, match="a complex among the figures"):
        write_metrics(tmp_path, Metrics({"rate": replace(estimate, value=1j)}, counts))  # type: ignore[arg-type]


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
