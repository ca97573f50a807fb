"""A fit without truth that finds nothing is let alone; one that cannot learn is caught as ever."""

from __future__ import annotations

from typing import Any

import pytest
from mutants.suite import DIARY, MODELS, Mutant
from test_mutants import caught, do, place
from toys import Workplace

__all__ = ["place"]

WEAK: dict[str, Any] = {"labels": "data", "inject": 0, "region": "m_jj=-1e9:1e9"}
BY_ITS_AUC = ("B061", "B062")
"""Guards that would have to know signal from background, of which there is none here."""


@pytest.mark.slow
def test_a_sound_model_that_finds_nothing_has_a_note(place: Workplace) -> None:
    done = do(place, **WEAK)
    assert caught(done) == {"B069": "note"}
    assert done.record.status == "ok"


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*MODELS, *DIARY], ids=lambda one: f"{one.code}-{one.name}")
def test_one_that_cannot_learn_is_caught_where_there_is_nothing_to_learn(
    place: Workplace, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mutant.code == "B041":  # looks at each step, however busy the machine is
        monkeypatch.setattr("bench.guards.recorder.LOOKS", 1e9)
    outcomes = caught(do(place, **{**mutant.request, **WEAK}))
    assert mutant.code in (outcomes if mutant.code not in BY_ITS_AUC else BY_ITS_AUC)
    assert "B062" not in outcomes


def test_a_dead_model_is_void_and_one_that_collapses_is_warned_of(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = do(place, plugin="constant-scores", **WEAK)
    assert (dead.record.status, caught(dead)["B032"]) == ("void", "void")
    monkeypatch.setattr("bench.guards.recorder.LOOKS", 1e9)
    flat = do(place, plugin="collapsing", **WEAK)
    assert (flat.record.status, caught(flat)["B041"]) == ("ok", "warn")
