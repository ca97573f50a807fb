"""A guard that could not look has not found a run sound: it says so, and looks again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from breaking import (
    ALL,
    Cut,
    Exploding,
    Yardstick,
    breaking_at,
    do,
    outcomes,
    raising,
    raising_now,
)
from toys import GUARDS, Workplace

import bench
from bench.api.guard import Guard, NotApplicableError
from bench.guards.b040_kept import Kept
from bench.guards.b041_collapse import Collapse
from bench.guards.b064_shifted import Shifted
from bench.guards.inspect import inspect


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return breaking_at(tmp_path)


NOT_OF_THIS = {"B069", "LHCO002"}
"""They have nothing to look at, by the kind of the evidence or by what the model declares."""


@pytest.mark.parametrize(
    "guard", [g for g in GUARDS if g.code not in NOT_OF_THIS], ids=lambda guard: guard.code
)
def test_no_guard_is_silent_where_its_evidence_breaks(guard: type[Guard[Any]]) -> None:
    [verdict] = inspect([guard], Exploding(Cut()))
    assert verdict.broke
    assert verdict.findings == ["could not look: MemoryError"]
    assert "in check" in verdict.traceback
    assert verdict.outcome == ("void" if guard.severity == "void" else "warn")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.code)
@pytest.mark.parametrize(
    "error", [ValueError("what"), bench.DamagedError("what"), SystemExit(0)], ids=repr
)
def test_a_guard_that_breaks_itself_warns_even_of_a_yardstick(
    guard: type[Guard[Any]], error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "check", raising(error))
    [verdict] = inspect([guard], Exploding(Yardstick()))
    assert verdict.outcome == "warn"
    assert type(error).__name__ in verdict.findings[0]


def test_a_run_whose_guards_all_break_has_nothing_that_passed(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guard in GUARDS:
        monkeypatch.setattr(guard, "check", raising(RuntimeError("on purpose")))
    done = do(place, allow=ALL)
    assert done.record.status == "ok"
    assert {v.outcome for v in done.record.verdicts} == {"allowed"}
    assert {v.code for v in done.record.verdicts} == set(ALL) - {"B033", "B045"}
    tracebacks = (done.folder / "traceback.txt").read_text()
    assert all(f"{v.code} {v.guard}\nTraceback" in tracebacks for v in done.record.verdicts)
    assert "Traceback" not in (done.folder / "run.json").read_text()


class Halfway(Guard[Any]):
    """Finds something, and then breaks or has nothing more to look at."""

    code, name, remedy = "B999", "halfway", "nothing"

    def check(self, evidence: Any) -> Iterator[str]:
        yield "something"
        raise evidence.error


@pytest.mark.parametrize(
    ("error", "more"),
    [(NotApplicableError("no more"), []), (KeyError("x"), ["could not look: KeyError: 'x'"])],
    ids=["nothing more", "breaks"],
)
def test_what_was_found_before_counts(error: Exception, more: list[str]) -> None:
    evidence = Exploding(Cut())
    evidence.error = error
    [verdict] = inspect([Halfway], evidence)
    assert (verdict.findings, verdict.outcome) == (["something", *more], "void")


def test_a_skip_without_a_reason_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shifted, "check", raising(NotApplicableError()))
    [verdict] = inspect([Shifted], Exploding(Cut()))
    assert verdict.outcome == "skipped"


@pytest.mark.parametrize("guard", [Kept, Collapse], ids=["void", "warn"])
def test_a_guard_that_broke_at_the_fit_looks_again_at_the_kept_fit(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, guard: type[Guard[Any]]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(guard, "check", raising(MemoryError()))
        first = do(place)
        assert outcomes(first) == {guard.code: guard.severity}
    second = do(place, threshold="0.9")
    assert (second.record.status, outcomes(second)) == ("ok", {})
    assert second.record.fit_reused


def test_no_memory_for_looking_at_a_fit_costs_no_fit(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("bench.guards.training.probe", raising_now(MemoryError()))
        first = do(place)
    assert first.record.status == "void"
    broke = {"B030", "B031", "B032", "B040", "B041", "B042", "B043", "B044"}
    assert outcomes(first).keys() == broke | {"LHCO002"}
    second = do(place)
    assert (second.record.status, second.record.fit_reused, outcomes(second)) == ("ok", True, {})


def test_what_was_seen_of_a_training_is_kept_with_its_fit(tmp_path: Path) -> None:
    from bench.guards.recorder import Record
    from bench.guards.training import Seen

    looks = [(1, np.array([0.1, np.nan])), (4, np.array([0.3, 0.4]))]
    record = Record([], [], {}, {}, updates=[1e-3, 2e-3], looks=looks, gaps=[31.5])
    Seen(record, np.array([0.3, 0.4])).write(tmp_path)
    back = Seen.read(tmp_path)
    assert back.record is not None
    assert (back.record.updates, back.record.gaps) == ([1e-3, 2e-3], [31.5])
    assert [step for step, _ in back.record.looks] == [1, 4]
    for (_, one), (_, other) in zip(back.record.looks, looks, strict=True):
        np.testing.assert_array_equal(one, other)
    Seen(None, np.array([0.5])).write(tmp_path)
    assert Seen.read(tmp_path).record is None
