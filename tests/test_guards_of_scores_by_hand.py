"""What guards say of scores, and how they come by what they look at, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toys import Cut

from bench.api.guard import Guard, NotApplicableError, ScoreEvidence
from bench.api.scores import Estimate, Scored
from bench.guards import probing, training
from bench.guards.b060_unanswered import Unanswered
from bench.guards.b061_inverted import Inverted
from bench.guards.b062_chance import Chance
from bench.guards.b063_identical import Identical
from bench.guards.b064_shifted import Shifted
from bench.guards.b065_incomplete import Incomplete
from bench.guards.b066_decisions import BareDecisions, are_decisions, rank_nothing
from bench.guards.b067_train_split import TrainSplit
from bench.guards.b068_silent import Silent
from bench.guards.evidence import ImportedSample, ImportedScoreEvidence, MissingEvents
from bench.metrics.ranking import AreaUnderCurve

NAN = float("nan")
YARDSTICK: Any = SimpleNamespace(depends_on=False)


def scored(signal: Any, background: Any, threshold: float = 0.5, **more: Any) -> Scored:
    y = np.repeat([1, 0], [len(signal), len(background)]).astype(np.int8)
    return Scored(y, np.array([*signal, *background]), np.ones(len(y)), threshold, **more)


def of(evaluated: Scored, valid: Scored | None = None, **more: Any) -> ScoreEvidence:
    fields = {"model": Cut(), "control": "", "others": {}, **more}
    if fields.pop("events", None) is not None:
        fields["events"] = more["events"]
        return ImportedScoreEvidence(valid=valid, evaluated=evaluated, **{**fields, "model": None})
    return ScoreEvidence(valid=valid, evaluated=evaluated, **fields)


def said(guard: type[Guard[Any]], evidence: Any) -> list[str] | str:
    """The findings, or why it could not look."""
    try:
        return list(guard().check(evidence))
    except NotApplicableError as reason:
        return str(reason)


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Scored]]:
    """Sets what every AUC is: low, value, high; gives the events that it was asked of."""

    def set_to(low: float | None, value: float | None, high: float | None) -> list[Scored]:
        samples: list[Scored] = []

        def estimate(_: object, of: Scored) -> dict[str, Estimate]:
            samples.append(of)
            return {"auc": Estimate(value, low, high)}

        monkeypatch.setattr(AreaUnderCurve, "estimate", estimate)
        return samples

    return set_to


GOOD = scored(np.linspace(0.8, 0.9, 20), np.linspace(0.1, 0.2, 20))
"""Of a loss far below that of the class ratio."""


@pytest.mark.parametrize(
    ("ends", "inverted", "chance"),
    [
        ((0.5, 0.55, 0.6), "", "AUC 0.550 [0.500, 0.600]"),
        ((0.501, 0.55, 0.6), "", ""),
        ((0.2, 0.3, 0.4), "", "AUC 0.300 [0.200, 0.400]"),
        ((0.2, 0.3, 0.399), "AUC 0.300 [0.200, 0.399]", ""),
    ],
)
def test_an_auc_is_chance_or_inverted(area: Any, ends: Any, inverted: str, chance: str) -> None:
    samples = area(*ends)
    place = " on the valid split: "
    evidence = of(scored([], []), GOOD)
    assert said(Inverted, evidence) == ([f"{inverted}{place}below one half"] if inverted else [])
    assert said(Chance, evidence) == ([f"{chance}{place}chance"] if chance else [])
    assert [len(of.y) for of in samples] == [40, 40]
    place = " on the evaluated events: "
    evidence = of(replace(GOOD, bare=True), events=ImportedSample(), model=None)
    last = f"{place}below one half, the wrong way round; bring 1 - score"
    assert said(Inverted, evidence) == ([f"{inverted}{last}"] if inverted else [])
    assert said(Chance, evidence) == ([f"{chance}{place}chance"] if chance else [])
    assert not samples[-1].bare


def test_an_auc_is_not_asked_of_too_few_events(area: Any) -> None:
    samples = area(0.1, 0.2, 0.3)
    ramp = np.linspace(0.1, 0.9, 30)
    for signal, background in ((19, 30), (30, 19)):
        evidence = of(GOOD, scored(ramp[:signal], ramp[:background]))
        assert said(Inverted, evidence) == "fewer than 20 events of a class on the valid split"
    own = of(scored(ramp[:19], ramp))
    assert said(Inverted, own) == "fewer than 20 events of a class on the evaluated events"
    few = of(scored([*ramp[:4], NAN], ramp), events=ImportedSample())
    assert said(Inverted, few) == "fewer than 5 events of a class on the evaluated events"
    imported = of(scored([*ramp[:5], NAN], [*ramp[:5], NAN, NAN]), events=ImportedSample())
    assert not samples
    assert len(said(Inverted, imported)) == 1
    assert (samples[0].y == [1] * 5 + [0] * 5).all()
    assert len(samples[0].weights) == len(samples[0].score) == 10
    assert said(Chance, imported) == "fewer than 20 events of a class on the evaluated events"
    same = of(scored([0.5] * 5, [0.5] * 5), events=ImportedSample())
    assert said(Inverted, same) == "every score is the same"
    assert len(said(Inverted, of(GOOD, scored([0.5] * 20, [0.5] * 20)))) == 1
    control = of(GOOD, GOOD, control="texts permuted")
    assert said(Inverted, control) == "a control: texts permuted"
    assert said(Inverted, replace(control, model=YARDSTICK)) == "a yardstick that learns nothing"
    for hole in range(3):
        area(*(None if place == hole else 0.2 for place in range(3)))
        assert said(Inverted, of(GOOD, GOOD)) == "no AUC"


NEAR = 0.001 * np.arange(1, 10)


@pytest.mark.parametrize(
    ("signal", "background", "losses"),
    [
        ([0.5] * 20, [0.5] * 51 + [0.01 * k for k in range(1, 10)], ("0.621", "0.562")),
        ([0.5] * 20, [0.5] * 52 + [0.01 * k for k in range(1, 9)], None),  # nine values
        ([0.5] * 20 + [NAN], [0.5] * 51 + [0.01 * k for k in range(1, 10)], ("0.621", "0.572")),
        ([0.25] * 20, [0.25] * 51 + [*(0.25 + NEAR)], ("0.563", "0.562")),
        ([0.25] * 20, [0.25] * 51 + [*(0.25 - NEAR)], None),
        ([0.0] + [0.5] * 19, [0.5] * 51 + [0.01 * k for k in range(1, 10)], ("1.044", "0.562")),
    ],
)
def test_a_loss_is_that_of_the_class_ratio(
    area: Any, signal: Any, background: Any, losses: Any
) -> None:
    area(0.6, 0.7, 0.8)
    findings = said(Chance, of(GOOD, scored(signal, background)))
    if losses:
        loss, ratio = losses
        line = f"log loss {loss} on the valid split; the class ratio alone gives {ratio}"
        assert findings == [line]
    else:
        assert findings == []


ONE_OR_OTHER = "every score is 0 or 1: decisions, never ranked against scores"


@pytest.mark.parametrize(
    ("scores", "threshold", "line"),
    [
        ([1, 1, NAN], 0.5, "every score is 1: nothing to rank by"),
        ([0, 1, NAN], 0.5, ONE_OR_OTHER),
        ([0, 1], 1.0, ONE_OR_OTHER),
        ([0, 1], 1.5, f"{ONE_OR_OTHER}; the threshold 1.5 is not between them"),
        ([0, 1], 0.0, f"{ONE_OR_OTHER}; the threshold 0 is not between them"),
    ],
)
def test_bare_decisions_are_told(scores: list[float], threshold: float, line: str) -> None:
    assert said(BareDecisions, of(scored(scores, [], threshold, bare=True))) == [line]


@pytest.mark.parametrize(
    ("values", "events", "coarse"),
    [
        *((8, 99, True), (9, 99, False), (9, 100, True), (10, 100, False), (10, 500, False)),
        *((1, 20, True), (1, 19, False), (0, 100, False)),
    ],
)
def test_coarse_scores_are_told_of_imported_ones(values: int, events: int, coarse: bool) -> None:
    scores = np.arange(events) % max(values, 1) / 16 if values else np.full(events, NAN)
    lines = [f"{values} different scores in {events} events: ranked with many ties"]
    assert said(BareDecisions, of(scored([], scores), events=ImportedSample())) == (
        lines if coarse else []
    )
    assert said(BareDecisions, of(scored([], scores))) == []
    assert said(BareDecisions, of(GOOD, model=YARDSTICK)) == "a yardstick that learns nothing"


def test_scores_with_one_cut_rank_nothing() -> None:
    samples = [[NAN], [0, NAN], [0, 1, 1, NAN], [0.2, 1], [0, 0.5, 1]]
    assert [are_decisions(np.array(s)) for s in samples] == [False, False, True, False, False]
    assert [rank_nothing(np.array(s)) for s in samples] == [False, True, True, True, False]


def test_identical_scores_name_whose_they_are() -> None:
    mine = np.array([0.1, 0.2, NAN, 0.4])
    others = {"short": mine[:3], "near": mine + 9e-7, "far": mine + 1.1e-6}
    same = dict.fromkeys("abcd", mine)
    own, imported = of(scored([], mine)), of(scored([], mine), events=ImportedSample())
    assert said(Identical, replace(own, others=others)) == []
    assert said(Identical, replace(own, others={**others, "a": mine})) == [
        "the very scores of a, another setting"
    ]
    assert said(Identical, replace(imported, others=others)) == [
        "the very scores of near, under another name"
    ]
    assert said(Identical, replace(own, others={**others, **same})) == [
        "the very scores of a, b, c and 1 more, another setting"
    ]
    two, one = np.array([0.1, 0.2, NAN]), np.array([0.1, 0.1, NAN])
    for known, values in ((None, two), (ImportedSample(), one)):
        assert said(Identical, of(scored([], values), others={"a": values}, events=known)) == []
    assert said(Identical, of(scored([], two), others={"a": two}, events=ImportedSample())) != []
    assert said(Identical, replace(own, model=YARDSTICK)) == "a yardstick that learns nothing"


@pytest.mark.parametrize(
    ("on_valid", "here", "lines"),
    [
        (([0.5] * 7, [0] * 7), ([0.49] * 7, [0] * 7), ["ε_S is 0.000 here and 1.000"]),
        (([0.5] * 6, [0] * 6), ([0.49] * 6, [0] * 6), []),  # p = 2 / 924
        (([1] * 7, [0] * 7), ([1] * 7, [0.5] * 7), ["ε_B is 1.000 here and 0.000"]),
        (
            ([1] * 18 + [0] * 2, [0] * 15 + [1] * 5),
            ([1] * 4 + [NAN] * 16, [1] * 20),
            ["ε_S is 0.200 here and 0.900", "ε_B is 1.000 here and 0.250"],
        ),
    ],
)
def test_efficiencies_differ_by_fishers_exact_test(
    on_valid: Any, here: Any, lines: list[str]
) -> None:
    findings = said(Shifted, of(scored(*here), scored(*on_valid)))
    assert findings == [f"{line} on the valid split" for line in lines]
    for valid in (scored([], on_valid[1]), scored(on_valid[0], [])):
        assert said(Shifted, of(scored([1], [0]), valid)) == "a sample with one class only"
    assert said(Shifted, of(GOOD)) == "scores of a valid split are not known"


def test_what_is_missing_of_a_sample_is_counted() -> None:
    lost = MissingEvents("s", 90, 2, 5, 0)
    line = "7 of the 90 events of s are missing, 2 signal and 5 background"
    assert said(Incomplete, of(GOOD)) == "the bench drew the sample itself"
    assert said(Incomplete, of(GOOD, events=ImportedSample(lost, unlike="none"))) == "none"
    assert said(Incomplete, of(GOOD, events=ImportedSample())) == []
    assert said(Incomplete, of(GOOD, events=ImportedSample(lost))) == [line]
    strange = of(GOOD, events=ImportedSample(replace(lost, strange=1)))
    assert said(Incomplete, strange) == [f"{line}; 1 others are not of it"]


def test_events_of_the_train_split_are_counted() -> None:
    line = "1 of 40 events are of the train or valid split; whether the model was trained on them"
    assert said(TrainSplit, of(GOOD)) == "what the model was fitted on is known"
    elsewhere = of(GOOD, events=ImportedSample(of_train=1, fitted_on="d"))
    assert said(TrainSplit, elsewhere) == "models are fitted on d for these events"
    assert said(TrainSplit, of(GOOD, events=ImportedSample(of_train=0))) == []
    assert said(TrainSplit, of(GOOD, events=ImportedSample(of_train=1))) == [f"{line} is not known"]


def test_events_without_an_answer_are_counted() -> None:
    none, some = of(scored([NAN], [NAN, NAN])), of(scored([NAN, 1], [NAN, NAN, 0]))
    assert said(Unanswered, none) == "there is no answer at all, as B068 says"
    assert said(Silent, none) == ["none of 3 events has an answer: no figure can come of it"]
    assert said(Silent, some) == []
    assert said(Unanswered, some) == ["3 of 5 events have no answer, 1 signal and 2 background"]
    assert said(Unanswered, of(GOOD)) == []


def test_few_events_are_half_of_each_class_where_they_can_be() -> None:
    def rows(labels: str, events: int) -> list[int]:
        return probing.balanced_rows(np.array([int(c) for c in labels], np.int8), events).tolist()

    assert rows("11001110", 4) == rows("11001110", 5) == [0, 1, 2, 3]
    assert rows("1110111", 4) == [0, 1, 2, 3]
    assert rows("0001000", 5) == [0, 1, 2, 3, 4]
    assert rows("01", 9) == [0, 1]
    assert rows("", 4) == []
    assert len(training.rows_to_check(np.arange(99) % 2)) == 64
    orders = [probing._derangement(n).tolist() for n in (1, 2, 7)]
    assert orders == [[0], [1, 0], [5, 6, 0, 1, 2, 3, 4]]
