"""Where a maximum SIC stands at the floor of background events, and where it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.api.errors import RequestError
from bench.api.scores import Scored
from bench.metrics.ranking import MaximumSic
from bench.metrics.threshold import choose

SAID = "at the floor: more background events may show more"


@pytest.fixture(autouse=True)
def _no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take a fifth of a second each and say nothing of the floor."""
    monkeypatch.setattr(MaximumSic, "_ends", lambda *_: (0.0, 99.0))


def binormal(seed: int, signal: int = 727, background: int = 7273, distance: float = 2.0) -> Scored:
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    score = 1 / (1 + np.exp(-rng.normal(loc=distance * y)))
    return Scored(y, score, np.ones(len(y)), threshold=0.5)


def noted(scored: Scored, floor: int = 25) -> bool:
    """Whether the metric says so; `best-sic`, chosen on the same events, has to say the same."""
    said: list[str] = []
    if floor == 25 and not np.isnan(scored.score).any():
        choose("best-sic", scored, said.append)
        assert bool(said) == (SAID in MaximumSic().estimate(scored)["max_sic"].note)
    return SAID in MaximumSic(floor=str(floor)).estimate(scored)["max_sic"].note


def stands(scored: Scored) -> bool:
    """Whether the best threshold is one that leaves the fewest events that are enough."""
    thresholds = np.unique(scored.score)
    left, background, signal = (
        above(scored, thresholds, label, weights)
        for label, weights in (
            (0, np.ones(len(scored.y))),
            (0, scored.weights),
            (1, scored.weights),
        )
    )
    allowed = left >= 25
    sic = signal[allowed] / signal[0] / np.sqrt(background[allowed] / background[0])
    enough = left[allowed]
    return bool(sic[enough == enough.min()].max() == sic.max())


def above(
    scored: Scored, thresholds: NDArray[np.float64], label: int, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weights of one class at or above each threshold."""
    inside = scored.y == label
    order = np.argsort(scored.score[inside])
    below = np.append(0.0, np.cumsum(weights[inside][order]))
    return below[-1] - below[np.searchsorted(scored.score[inside][order], thresholds)]


def rounded(scored: Scored) -> Scored:
    """With many equal scores, so that no threshold may leave exactly 25 background events."""
    return replace(scored, score=np.round(scored.score, 2))


def weighted(scored: Scored) -> Scored:
    """As an all-signal sample is: background of a large weight."""
    return replace(scored, weights=np.where(scored.y == 1, 0.2, 40.0))


def errors(samples: list[Scored]) -> tuple[int, int, int]:
    """How many stand at the floor, are noted though they do not, and are not though they do."""
    truth = np.array([stands(one) for one in samples])
    says = np.array([noted(one) for one in samples])
    return int(truth.sum()), int((says & ~truth).sum()), int((truth & ~says).sum())


@pytest.mark.parametrize(("distance", "least", "most"), [(0, 0, 5), (2, 25, 45), (3, 75, 95)])
def test_the_note_is_given_where_the_maximum_stands_at_the_floor_and_nowhere_else(
    distance: float, least: int, most: int
) -> None:
    at_floor, too_often, too_rarely = errors(
        [binormal(seed, 727, 7273, distance) for seed in range(100)]
    )
    assert least <= at_floor <= most  # so that both errors could be made
    assert (too_often, too_rarely) == (0, 0)


@pytest.mark.parametrize("change", [rounded, weighted])
def test_ties_and_weights_change_nothing(change: Callable[[Scored], Scored]) -> None:
    samples = [change(binormal(seed, 300, 1500, 2.0)) for seed in range(100)]
    at_floor, too_often, too_rarely = errors(samples)
    assert 10 <= at_floor <= 90
    assert (too_often, too_rarely) == (0, 0)


def test_where_no_threshold_leaves_exactly_the_floor_the_next_one_is_the_floor() -> None:
    """10 background events above 0.9, 31 at 0.9: of 25 to 40 there is no threshold."""
    y = np.repeat([1, 0], [100, 1000]).astype(np.int8)
    score = np.concatenate([np.full(100, 0.95), np.full(10, 0.99), np.full(31, 0.9), np.zeros(959)])
    tied = Scored(y, score, np.ones(1100), threshold=0.5)
    assert noted(tied)
    assert "41 background events left" in MaximumSic().estimate(tied)["max_sic"].note
    assert not noted(tied, floor=10)  # there the best one leaves 10 and so does a tighter one


def flat(signal: int = 727, background: int = 7273) -> Scored:
    return replace(binormal(0, signal, background), score=np.full(signal + background, 0.5))


@pytest.mark.parametrize("background", [25, 26, 7273])
def test_a_scorer_without_thresholds_is_at_no_floor(background: int) -> None:
    constant = flat(100, background)
    assert not noted(constant)
    assert f"{background} background events left" in MaximumSic().estimate(constant)["max_sic"].note
    assert not noted(weighted(constant))


def test_where_the_first_threshold_leaves_enough_the_floor_rules_out_nothing() -> None:
    decided = binormal(0)
    decided = replace(decided, score=(decided.score > 0.7).astype(np.float64))
    assert not noted(decided)


@pytest.mark.parametrize("answered", [20, 400])
def test_events_without_an_answer_are_no_threshold_of_their_own(answered: int) -> None:
    some = flat(100, 1000)
    some.score[100 + answered :] = np.nan
    assert noted(some) == (answered < 25)  # fewer than 25: more events would show that cut
    everything = replace(some, score=np.full(1100, np.nan))
    assert not noted(everything)


def test_with_too_few_background_events_there_is_a_dash_and_no_note() -> None:
    few = binormal(0, 100, 24)
    sic = MaximumSic().estimate(few)["max_sic"]
    assert (sic.value, sic.note) == (None, "no threshold leaves 25 background events")
    with pytest.raises(RequestError, match="24 background events of the valid split are too few"):
        choose("best-sic", few)
    assert noted(binormal(0, 100, 25))  # all of them pass, as no tighter threshold may be taken


def test_a_threshold_is_not_chosen_by_sic_without_signal() -> None:
    with pytest.raises(RequestError, match="no signal event"):
        choose("best-sic", binormal(0, 0, 500))
    assert choose("fpr=0.01", binormal(0, 0, 500)) > 0.5
