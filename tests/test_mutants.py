"""Every mistake is caught by the guard named for it, and nothing is found where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mutants.suite import CUT_SHORT, DIARY, MUTANTS, SUPPORT, Mutant
from toys import GUARDS, Workplace

import bench
from bench.running.failures import VoidedRunError
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    made = Workplace.at(tmp_path)
    for part in {*SUPPORT, *(mutant.part for mutant in MUTANTS)}:
        made.add(part)
    return made


def do(place: Workplace, **changes: Any) -> Run:
    """A run, also one that a guard voids."""
    request = RunRequest(**{"plugin": "sound", "dataset": "jets", "train_events": 1000, **changes})
    try:
        return run(request, place.registry, place.home, place.store, place.context)[0]
    except VoidedRunError as void:
        return void.run


def caught(done: Run) -> dict[str, str]:
    """What was found, by the guard's code."""
    return {v.code: v.outcome for v in done.record.verdicts if v.findings}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.code}-{mutant.name}")
def test_a_mistake_is_caught_by_the_guard_named_for_it(
    place: Workplace, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mutant.patience is not None:
        monkeypatch.setattr("bench.guards.fresh_process.LONGEST", mutant.patience)
    if mutant.code == "B041":  # looks at each step, however busy the machine is
        monkeypatch.setattr("bench.guards.recorder.LOOKS", 1e9)
    done = do(place, **mutant.request)
    outcomes = caught(done)
    assert mutant.code in outcomes
    assert (done.record.status == "void") == ("void" in outcomes.values())
    if mutant in (*DIARY, *CUT_SHORT):
        assert outcomes[mutant.code] == "void"
        assert "fit" not in done.record.seconds  # the smoke fit has three steps


def test_a_sound_model_is_let_alone(place: Workplace) -> None:
    done = do(place)
    assert caught(done) == {}
    assert done.record.status == "ok"
    assert {v.code for v in done.record.verdicts} == {
        guard.code for guard in GUARDS if guard.code not in ("B033", "B045")
    }


def test_a_cache_that_forgets_an_option_is_caught(place: Workplace) -> None:
    do(place, plugin="forgetful-cache")
    assert caught(do(place, plugin="forgetful-cache", options={"lr": "0.01"})) == {"B063": "warn"}


def test_every_guard_has_its_mutant() -> None:
    apart = {"B044", "B063"}  # seen in tests of their own
    apart |= {"B065", "B066", "B067", "B068"}  # at imported scores
    apart |= {"B069"}  # of fits without truth
    apart |= {"LHCO001", "LHCO002"}  # on events with particles, in tests/test_particles.py
    assert {guard.code for guard in GUARDS} - {mutant.code for mutant in MUTANTS} == apart


def test_what_is_let_through_is_seen(place: Workplace) -> None:
    voided = do(place, plugin="tuned-on-test")
    assert voided.record.status == "void"
    done = do(place, plugin="tuned-on-test", allow=("B031",))
    assert (done.record.status, caught(done)["B031"]) == ("ok", "allowed")


def test_events_that_were_trained_on_are_refused(place: Workplace) -> None:
    with pytest.raises(bench.RequestError, match=r"B001 .* trained on"):
        do(place, split="all")
