"""What says nothing of its event is matched to it by chance, and chance is 1 in 10."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bench import Claim, Column, Explanation
from bench.explaining.checking import Facts
from bench.explaining.matching import AMONG, exchanged, matched
from bench.metrics.intervals import rate

COLUMNS = (Column("mass", "GeV", "far apart in signal and background"), Column("pt", "GeV", "pt"))
FACTS = Facts(COLUMNS, [1000.0, 500.0])
N, TRIALS = 200, 20


def events(rng: np.random.Generator) -> tuple[list[list[float]], list[str]]:
    """Features, which tell signal from background, and what is answered."""
    signal = np.arange(N) % 2 == 1
    mass = np.where(signal, rng.normal(3500, 100, N), rng.normal(500, 400, N))
    x = np.stack([mass, rng.normal(500, 100, N)], axis=1)
    return x.tolist(), ["signal" if s else "background" for s in signal]


def quoting(answers: Sequence[str], numbers: Sequence[Sequence[float]]) -> list[Explanation]:
    """Explanations that quote these numbers, of both features."""
    return [
        Explanation(
            answer,
            "",
            tuple(
                Claim(c.name, f"{v:.0f}", "GeV", True) for c, v in zip(COLUMNS, row, strict=True)
            ),
        )
        for answer, row in zip(answers, numbers, strict=True)
    ]


def share(manner: str, *, shuffled: bool) -> tuple[int, int]:
    """How many are matched in many samples of events, and of how many."""
    hits: list[bool] = []
    for seed in range(TRIALS):
        rng = np.random.default_rng(seed)
        rows, answers = events(rng)
        numbers = {
            "true": rows,
            "random": events(rng)[0],  # of other events with the same answer
            "anything": rng.permutation(rows).tolist(),
            "by answer": [[3500.0 if a == "signal" else 500.0, 500.0] for a in answers],
        }.get(manner)
        said = quoting(answers, numbers) if numbers else [Explanation(a, "", ()) for a in answers]
        hits += matched(said, rows, FACTS, rng, shuffled=shuffled)
    return sum(hits), len(hits)


def test_what_quotes_its_events_numbers_is_matched_to_it() -> None:
    hits, of = share("true", shuffled=False)
    assert hits > 0.99 * of == 0.99 * N * TRIALS


@pytest.mark.parametrize("manner", ["true", "random", "anything", "by answer", "silent"])
def test_shuffled_explanations_are_matched_by_chance_whatever_they_say(manner: str) -> None:
    demand_chance(*share(manner, shuffled=True))


@pytest.mark.parametrize("manner", ["random", "anything", "by answer", "silent"])
def test_what_does_not_depend_on_the_event_is_matched_by_chance(manner: str) -> None:
    demand_chance(*share(manner, shuffled=False))


def demand_chance(hits: int, of: int) -> None:
    """1 in 10 lies in the interval, which is half a percent of all wide at least."""
    figure = rate(hits, of)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 1 / AMONG < figure.high
    assert figure.high - figure.low < 0.025


def test_intervals_of_shuffled_ones_hold_chance_as_often_as_they_say() -> None:
    """Each explanation is laid to an event of its own draw, so that they count one by one."""
    held = 0
    for seed in range(3 * TRIALS):
        rng = np.random.default_rng(seed)
        rows, answers = events(rng)
        hits = matched(quoting(answers, rows), rows, FACTS, rng, shuffled=True)
        figure = rate(sum(hits), len(hits))
        assert figure.low is not None
        held += figure.low < 1 / AMONG < (figure.high or 0.0)
    assert held >= 0.9 * 3 * TRIALS


def test_the_same_explanations_count_shuffled_or_not_and_few_of_an_answer_do_not() -> None:
    rng = np.random.default_rng(0)
    rows, _ = events(rng)
    answers = ["signal"] * AMONG + ["background"] * (AMONG + 1) + [""]
    said = quoting(answers, rows[: len(answers)])
    for shuffled in (False, True):
        hits = matched(said, rows, FACTS, rng, shuffled=shuffled)
        assert len(hits) == AMONG + 1


def test_another_explanation_is_one_of_the_same_answer() -> None:
    answers = ["signal", "background"] * 20 + [""]
    said = quoting(answers, [[1.0, 1.0]] * len(answers))
    drawn = exchanged(said, np.random.default_rng(0))
    assert all(answers[j] == answers[i] and (i != j or not answers[i]) for i, j in enumerate(drawn))
    assert len(set(drawn)) > 20
