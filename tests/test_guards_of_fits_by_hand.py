"""The guards of smoke fits, probes and trainings find what was worked out by hand, to the limit."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.api.guard import VOID, WARN, NotApplicableError, ProbeEvidence
from bench.guards.every import GUARDS
from bench.guards.evidence import SmokeFitEvidence, StoppedEvidence, TrainingEvidence
from bench.guards.recorder import Record

BY_NAME: dict[str, Any] = {guard.name: guard() for guard in GUARDS}
NAN = float("nan")
NUMBERS: Any = SimpleNamespace(depends_on=frozenset({"numbers"}))
YARDSTICK: Any = SimpleNamespace(depends_on=frozenset())
ZEROS = (0.0, 0.0)


def findings(guard: str, evidence: Any) -> list[str]:
    return list(BY_NAME[guard].check(evidence))


def record(names: str = "", **seen: Any) -> Record:
    given: dict[str, Any] = {"missing": [], "optimized": {}, "dtypes": {}, **seen}
    return Record(trainable=names.split(), **given)


def probed(scores: Sequence[float] = ZEROS, model: Any = NUMBERS, **more: Any) -> ProbeEvidence:
    given: dict[str, Any] = {"inputs": None, "alone": np.zeros(0), "shuffled": {}, **more}
    return ProbeEvidence(model=model, scores=np.array(scores), **given)


def smoke_fit(
    scores: Sequence[float] = ZEROS, model: Any = NUMBERS, y: Sequence[int] = (0, 1), **more: Any
) -> SmokeFitEvidence:
    same = dict.fromkeys(("reread", "again", "flipped", "fitted", "fitted_flipped"), scores)
    arrays = {name: np.array(more.pop(name, value)) for name, value in same.items()}
    rest = {"record": record(), "record_flipped": None, "first_loss": None, **more}
    train: Any = SimpleNamespace(y=np.array(y))
    return SmokeFitEvidence(probed=probed(scores, model), train=train, **arrays, **rest)


def trained(scores: Any = ZEROS, unsaved: Any = ZEROS, **seen: Any) -> TrainingEvidence:
    return TrainingEvidence(record(**seen), probed(scores), np.array(unsaved))


@pytest.mark.parametrize(
    ("fitted", "opposite", "areas"),
    [
        ((0.5, 0.5), (0.0, 0.1), ""),
        ((0.5, 0.5), (0.0, 0.125), "+0.000 +0.125"),
        ((0.5, 0.25), (0.25, NAN, NAN, 0.125), "-0.250 -0.125"),
        ((0.0, 1.0), (1.0, 0.0), ""),
    ],
)
def test_a_fit_is_aligned_up_to_a_margin(fitted: Any, opposite: Any, areas: str) -> None:
    n = len(opposite)
    y = (0, 1) * (n // 2)
    evidence = smoke_fit(y=y, fitted=fitted * (n // len(fitted)), fitted_flipped=opposite)
    own, other = areas.split() if areas else ("", "")
    text = f"fitted on their labels, signal scores {own} above background; "
    text += f"fitted on the opposite ones, {other}"
    assert findings("aligned", evidence) == ([text] if areas else [])


@pytest.mark.parametrize("y", [(0, 1), (0, 0, 1, 0)])
def test_the_first_loss_is_near_the_entropy(y: tuple[int, ...]) -> None:
    entropy, inside, outside = {
        2: ("0.693", (0.2773, 2.0794), (0.2772, 2.0795, NAN)),
        4: ("0.562", (0.2250, 1.6870), (0.2249, 1.6871)),
    }[len(y)]
    for loss in inside:
        assert not findings("first-loss", smoke_fit(y=y, first_loss=loss))
    text = "the loss starts at {:.3f}; a model that knows nothing but the class ratio has {}"
    for loss in outside:
        line = [text.format(loss, entropy)]
        assert findings("first-loss", smoke_fit(y=y, first_loss=loss)) == line


def test_a_first_loss_at_the_limit_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for end in ("LOW", "HIGH"):
        monkeypatch.setattr(f"{BY_NAME['first-loss'].__module__}.{end}", 1.0)
    assert not findings("first-loss", smoke_fit(first_loss=float(np.log(2))))


@pytest.mark.parametrize(
    ("guard", "more", "why"),
    [
        ("aligned", {"y": (0, 0)}, "nothing to learn"),
        ("aligned", {"y": (1, 1)}, "nothing to learn"),
        ("aligned", {"model": YARDSTICK}, "nothing to learn"),
        ("first-loss", {}, "no loss was logged"),
        ("first-loss", {"first_loss": 0.7, "record": None}, "no loss was logged"),
        ("first-loss", {"first_loss": 0.7, "y": (0, 0)}, "one class only"),
        ("first-loss", {"first_loss": 0.7, "y": (1, 1)}, "one class only"),
        ("reached", {"record": None}, "the model shows no training by gradients"),
    ],
)
def test_there_is_nothing_to_judge(guard: str, more: dict[str, Any], why: str) -> None:
    with pytest.raises(NotApplicableError) as caught:
        findings(guard, smoke_fit(**more))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("guard", "other", "near", "text"),
    [
        ("reproducible", "again", 1e-3, "fitted again with the same seed, {} of 3 scores differ{}"),
        ("reread", "reread", 1e-4, "saved and loaded in a fresh process, {} of 3 scores differ{}"),
        ("batch-dependence", "alone", 2e-3, "{} of 3 events scored alone have another score{}"),
        ("kept", "unsaved", 1e-4, "{} of 3 scores differ between the fit and what was saved"),
    ],
)
def test_two_scorings_are_near(guard: str, other: str, near: float, text: str) -> None:
    def look(scores: Sequence[float], others: Sequence[float]) -> list[str]:
        if other == "unsaved":
            return findings(guard, trained(scores, others))
        if other == "alone":
            return findings(guard, probed((*scores, 7.0), alone=np.array(others)))
        return findings(guard, smoke_fit(scores, **{other: others}))

    assert not look((0, 0, NAN), (near, 0, NAN))
    by = f", by up to {1.01 * near:.3f}"
    assert look((0, 0, 0), (0, 1.01 * near, 0)) == [text.format(1, by)]
    assert look((0.25, 0.5, 0), (0.5, 0.25, NAN)) == [text.format(3, ", by up to 0.250")]
    assert look((NAN, NAN, NAN), (0, 0, NAN)) == [text.format(2, "")]


def test_what_cannot_be_loaded_is_said_and_not_compared() -> None:
    lines = ["what was saved cannot be loaded in a fresh process: gone"]
    assert findings("reread", smoke_fit(reread=(1, 1), unread="gone")) == lines


HELD = "not in the network: a\nnot in the optimizer: d\nmore than once in the optimizer: c, e"
KINDS = {"d": "float64", "c": "float16", "b": "float32", "a": "bfloat16"}
UNTAUGHT = "the fitted model scores exactly as it did before its first step"


@pytest.mark.parametrize(
    ("guard", "seen", "lines"),
    [
        ("reached", {"steps": 0}, ""),
        ("reached", {"steps": 1}, "no gradient in the first 1 steps: b, c, d and 1 more"),
        ("reached", {"steps": 4, "reached": set("bd")}, "no gradient in the first 3 steps: c, e"),
        ("moved", {"steps": 0}, "the optimizer took no step at all"),
        ("moved", {"steps": 1}, "not moved in the first 1 steps: b, c, d and 1 more"),
        ("moved", {"steps": 4, "moved": set("bce")}, "not moved in the first 3 steps: d"),
        ("optimized", {"optimized": {"a": 2, "b": 1, "c": 2, "d": 0, "e": 3}}, HELD),
        ("trained-precision", {"dtypes": KINDS}, "trained in bfloat16, float16: a, c"),
        (
            "unexpected-update",
            {"strayed": set("zyxw")},
            "moved without being meant to: w, x, y and 1 more",
        ),
        ("learned", {"steps": 0, "untrained": np.zeros(2)}, ""),
        ("learned", {"steps": 1, "untrained": None}, ""),
        ("learned", {"steps": 1, "untrained": np.array([0, 1e-9])}, ""),
        ("learned", {"steps": 1, "untrained": np.zeros(2)}, UNTAUGHT),
    ],
)
def test_what_was_seen_of_a_smoke_fit(guard: str, seen: Any, lines: str) -> None:
    evidence = smoke_fit(record=record("a b c d e", **{"missing": ["a"], **seen}))
    assert findings(guard, evidence) == lines.splitlines()


STRAYED = "moved without being meant to: w, x, y and 1 more"
STOPS = ("not-finite", "smoke-fit")
SHUT = np.array([0.5, 0.5])
OPEN = np.array([0.0, 0.002])
BLANK = np.array([NAN, *([0.5, 0.6] * 5)])[:10]
MUTE = "after step 1, 25% of the probe events had no answer"
STEP = "a step moves the weights by {} of their norm; wanted 1e-07 to 0.3"
COLLAPSED = "from step {} on the 2 probe events have one score"


@pytest.mark.parametrize(
    ("guard", "seen", "lines"),
    [
        ("collapse", [], ""),
        ("collapse", [SHUT, SHUT, OPEN, SHUT], ""),
        ("collapse", [OPEN, OPEN, OPEN, SHUT, BLANK[[1, 1, 0]]], COLLAPSED.format(3)),
        ("collapse", [SHUT, OPEN], ""),
        ("training-unanswered", [], ""),
        ("training-unanswered", [BLANK], ""),
        ("training-unanswered", [SHUT, BLANK[:4], BLANK], MUTE),
        ("gaps", [1.0, 2.75], "2 pauses of 4 s in all"),
        ("updates", [1e-7], ""),
        ("updates", [1e-3, 0.3], ""),
        ("updates", [1e-3, 0.5e-7, 0.4e-7], STEP.format("4.5e-08")),
        ("updates", [0.1, 0.1, 0.2, 0.42], STEP.format("3.1e-01")),
    ],
)
def test_what_was_seen_of_a_training(guard: str, seen: list[Any], lines: str) -> None:
    kind = guard if guard in ("gaps", "updates") else "looks"
    given = list(enumerate(seen)) if kind == "looks" else seen
    assert findings(guard, trained(**{kind: given})) == lines.splitlines()


def test_each_view_and_column_is_connected() -> None:
    same, other = np.array([NAN, 0.5]), np.array([NAN, 0.6])
    model = SimpleNamespace(depends_on={"a", "b", "c"})
    shuffled = {"b": same, "c": other, "a": same, "d": same}
    columns = {"a[0]": same, "d[0]": same, "c[0]": other} | {f"c[{i}]": same for i in range(1, 5)}
    views = [f"the scores stay the same with {view} shuffled between events" for view in "ab"]
    evidence = probed(same, model, shuffled=shuffled, columns=columns)
    dead = "columns that play no part: c[1], c[2], c[3] and 1 more"
    assert findings("connected", evidence) == [*views, dead]


def test_scores_separate_events_and_stops_say_why() -> None:
    start = "all 2 events have the score "
    assert findings("separate", probed((0.1234, NAN, 0.1234))) == [f"{start}0.1234"]
    assert findings("separate", probed((0, 0.9e-9))) == [f"{start}0"]
    for scores in ((0, 1e-9), (0.5,), (NAN, NAN)):
        assert not findings("separate", probed(scores))
    assert not findings("separate", probed(model=YARDSTICK))
    for model, gravity in ((NUMBERS, VOID), (YARDSTICK, WARN)):
        assert BY_NAME["smoke-fit"].gravity(StoppedEvidence(model, "why")) == gravity
    assert [findings(name, StoppedEvidence(NUMBERS, name)) for name in STOPS] == [
        [name] for name in STOPS
    ]
