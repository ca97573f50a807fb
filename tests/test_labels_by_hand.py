"""B027 by hand: when a training depends on its labels, and when it hardly does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from test_guards_of_fits_by_hand import NAN, YARDSTICK, findings, record, smoke_fit

from bench.guards import b027_labels as labels
from bench.guards.evidence import SmokeFitEvidence


def trained_on_both(a: Any, b: Any, before: Any, **more: Any) -> SmokeFitEvidence:
    one = record(gradients=[[np.array(a)]], untrained=None if before is None else np.array(before))
    return smoke_fit(record=one, record_flipped=record(gradients=[[np.array(b)]]), **more)


ALIKE = (
    "the first gradients are nearly the same on the opposite labels (cosine {}), and so are the "
    "scores: the loss is about something else"
)


def test_one_step_that_the_labels_turn_is_enough() -> None:
    """Raising both answers may be all of the first step, and a part of the second."""
    evidence = trained_on_both([1.0, 0.0], [1.0, 0.0], None, flipped=(0.5, 0.5))
    assert findings("labels", evidence) == [ALIKE.format("1.0000")]
    assert evidence.record
    assert evidence.record_flipped
    evidence.record.gradients.append([np.array([1.0, 0.1])])
    evidence.record_flipped.gradients.append([np.array([1.0, -0.1])])
    assert findings("labels", evidence) == []


@pytest.mark.parametrize(
    ("own", "opposite", "again", "before", "alike"),
    [
        ((0, 0.5), (0.25, 0.75), None, (0, 0), True),
        ((0, 0.5), (0.3125, 0.8125), None, (0, 0), False),
        ((0, 0.5), (0.25, 0.25), None, (0, 0), False),
        ((0, 0.5), (0.25, 0.75), None, (0, 0.5), False),
        ((0.5, 0.5), (0.75, 0.75), (0.5, 0.375), (0, 0), True),
        ((0.5, 0.5), (0.75, 0.75), (0.5, 0.4), (0, 0), False),
        ((0.5, 0.5), (0.75, 0.75), (NAN, 0.375), (0, 0), True),
        ((0.0, 0.0), (5e-7, 5e-7), None, (0, 0), True),
        ((0.0, 0.0), (5e-6, 5e-6), None, (0, 0), False),
        ((NAN, 0.5), (0.5, 0.5), None, (0, 0), False),
        ((NAN, 0, 0.5), (NAN, 0.25, 0.75), None, (0, 0, 0), True),
        ((NAN, 0, 0.5), (NAN, 0.3125, 0.8125), None, (0, 0, 0), False),
        ((1, 0, 0.5), (1, 0.3125, 0.8125), None, (NAN, 0, 0), False),
        ((0, 0.5), (0.5, 0), None, (NAN, NAN), True),
        ((0, 0.5), (1, 0), None, None, True),
    ],
)
def test_labels_move_log_odds_further_than_the_rest(
    own: Any, opposite: Any, again: Any, before: Any, alike: bool
) -> None:
    odds = {"scores": own, "flipped": opposite, "again": again or own}
    more = {name: expit(np.array(each)) for name, each in odds.items()}
    untrained = None if before is None else expit(np.array(before))
    evidence = trained_on_both([2.0, 0.0], [3.0, 0.0], untrained, **more)
    assert findings("labels", evidence) == ([ALIKE.format("1.0000")] if alike else [])


@pytest.mark.parametrize(
    ("a", "b", "cosine"),
    [
        ([2.0, 0.0], [2.9955, 3 * (1 - 0.9985**2) ** 0.5], "0.9985"),
        ([2.0, 0.0], [2.9925, 3 * (1 - 0.9975**2) ** 0.5], ""),
        ([2.0, 0.0], [2.0, 0.0, 0.0], ""),
        ([2.0, 0.0], [0.0, 0.0], ""),
    ],
)
def test_gradients_on_opposite_labels_are_compared(a: Any, b: Any, cosine: str) -> None:
    evidence = trained_on_both(a, b, None, flipped=(0.5, 0.5))
    assert findings("labels", evidence) == ([ALIKE.format(cosine)] if cosine else [])


def test_gradients_as_alike_as_the_limit_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "ALIKE", 0.6)
    assert not findings("labels", trained_on_both([1.0, 0.0], [3.0, 4.0], None, flipped=(1, 1)))


def test_labels_are_compared_only_where_they_can_be() -> None:
    same = "a fit on the opposite labels gives the very same scores"
    assert findings("labels", smoke_fit((NAN, 0.5))) == [same]
    assert not findings("labels", smoke_fit(model=YARDSTICK))
    for gone in ({"record": None, "record_flipped": record()}, {"record_flipped": None}):
        assert not findings("labels", smoke_fit(flipped=(0, 1), **gone))
