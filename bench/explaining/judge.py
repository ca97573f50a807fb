"""How far explanations are to be believed: figures with 95 % intervals, and what voids them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.scores import Estimate
from bench.explaining.checking import Facts
from bench.explaining.matching import AMONG, matched
from bench.explaining.shuffling import moves
from bench.metrics.intervals import percentiles, rate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.explaining.events import Explained
    from bench.explaining.subject import Subject

REPLICAS = 2000
WRONG, CONTRADICTING, UNREAD = 0.1, 0.1, 0.5
"""Shares of wrong numbers, of explanations against their own answer, and of texts that cannot be
read to their end, above which explanations are void."""
CHANCE = 0.5
"""Of high and low."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")
READ, RIGHT, FREE, DIRECTION, ANSWER, AGAINST, SIDE, DISTINCT, MATCHED, SHUFFLED = (
    "read to the end",
    "numbers right",
    "numbers right, written freely",
    "high or low right",
    "answer is the score's",
    "argues against its answer",
    "speaks for what it says",
    "distinct",
    f"matched to its event among {AMONG} with its answer",
    f"shuffled, matched among {AMONG} with its answer",
)
RATIO, CHOICE = (
    "named features move the log odds, times unnamed ones",
    "times those that another text names",
)
NAMED, UNNAMED = "mean change by named features", "mean change by unnamed features"


@dataclass(frozen=True)
class Judgement:
    """What was found of a run's explanations."""

    events: int
    figures: Mapping[str, Estimate]
    void: tuple[str, ...]
    """Why they are worth nothing; empty where they are not void."""


def judge(subject: Subject, explained: Explained, seed: int = 0) -> Judgement:
    """Judge the explanations of these events; what is drawn follows from the seed."""
    import numpy as np

    rng = np.random.default_rng(seed)
    facts = Facts(explained.table.columns, subject.medians)
    figures = dict(_of_texts(explained, facts, rng))
    if not explained.freely:
        table = explained.table
        freely = subject.explain(table, explained.seed, freely=True)
        figures[FREE] = _right(replace(explained, explanations=freely), facts)
    moved = moves(subject, explained, seed)
    figures[RATIO] = _ratio(moved.named, moved.unnamed, rng)
    figures[CHOICE] = _ratio(moved.named, moved.others, rng)
    figures[NAMED], figures[UNNAMED] = (
        _mean(changes, rng) for changes in (moved.named, moved.unnamed)
    )
    agree = sum((fall > 0) == (side == "signal") for side, fall in moved.sides)
    figures[SIDE] = rate(agree, len(moved.sides))
    return Judgement(len(explained.table), figures, tuple(_void(figures)))


def _of_texts(
    explained: Explained, facts: Facts, rng: np.random.Generator
) -> Iterator[tuple[str, Estimate]]:
    """What is seen from the texts and the events' numbers alone."""
    said, rows = explained.explanations, explained.table.x.tolist()
    n = len(said)
    claims = [(claim, row) for one, row in zip(said, rows, strict=True) for claim in one.claims]
    yield READ, rate(sum(bool(one.claims) and not one.unread for one in said), n)
    yield RIGHT, _right(explained, facts)
    directions = sum(claim.high == facts.is_high(claim, row) for claim, row in claims)
    yield DIRECTION, rate(directions, len(claims))
    answers = explained.answers()
    pairs = list(zip(said, answers, strict=True))
    yield ANSWER, rate(sum(one.answer == answer for one, answer in pairs if answer), n)
    sided = [one for one in said if one.side]
    yield AGAINST, rate(sum(one.side != one.answer for one in sided), len(sided))
    texts = [one.text for one in said]
    yield DISTINCT, rate(sum(texts.count(text) == 1 for text in texts), n)
    yield MATCHED, _matched(matched(said, rows, facts, rng))
    yield SHUFFLED, _matched(matched(said, rows, facts, rng, shuffled=True))


def _matched(hits: Sequence[bool]) -> Estimate:
    few = f"no answer that more than {AMONG} of these events have"
    return rate(sum(hits), len(hits)) if hits else Estimate(None, note=few)


def _right(explained: Explained, facts: Facts) -> Estimate:
    """The share of the quoted numbers that are the event's."""
    pairs = list(zip(explained.explanations, explained.table.x.tolist(), strict=True))
    claims = [(claim, row) for one, row in pairs for claim in one.claims]
    lost = sum(len(NUMBER.findall(one.unread)) for one, _ in pairs)  # quoted of nobody knows what
    return rate(sum(facts.is_right(*claim) for claim in claims), len(claims) + lost)


def _ratio(
    ones: NDArray[np.float64], others: NDArray[np.float64], rng: np.random.Generator
) -> Estimate:
    """The ratio of two mean changes, bootstrapped over the events that have both."""
    import numpy as np

    able = np.isfinite(ones) & np.isfinite(others)
    if not able.any():
        return Estimate(None, note="no claims to exchange")
    pairs = np.stack([ones[able], others[able]])
    drawn = rng.integers(pairs.shape[1], size=(REPLICAS, pairs.shape[1]))
    means = pairs[:, drawn].mean(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, replicas = float(pairs[0].mean() / pairs[1].mean()), means[0] / means[1]
    return percentiles(value, replicas)


def _mean(changes: NDArray[np.float64], rng: np.random.Generator) -> Estimate:
    import numpy as np

    known = changes[np.isfinite(changes)]
    if not len(known):
        return Estimate(None, note="no claims to exchange")
    drawn = rng.integers(len(known), size=(REPLICAS, len(known)))
    return percentiles(float(known.mean()), known[drawn].mean(axis=1))


def _void(figures: Mapping[str, Estimate]) -> Iterator[str]:
    """Why explanations are worth nothing."""

    def value(name: str) -> float:
        share = figures[name].value
        return 0.0 if share is None else share

    if figures[RIGHT].value is None:
        yield "no explanation has a claim that can be read"
        return
    if (low := figures[MATCHED].low) is not None and low <= 1 / AMONG:
        yield (
            f"they do not depend on the event: {value(MATCHED):.1%} are matched to theirs among "
            f"{AMONG} with the same answer, which chance does too"
        )
    if (low := figures[DIRECTION].low) is not None and low <= CHANCE:
        yield (
            f"they do not depend on the event: {value(DIRECTION):.1%} of high and low are right, "
            "which chance does too"
        )
    if (unread := 1 - value(READ)) > UNREAD:
        yield f"{unread:.1%} cannot be read to their end, at most {UNREAD:.0%} may be so"
    if (wrong := 1 - value(RIGHT)) > WRONG:
        yield f"they quote numbers that are not there: {wrong:.1%}, at most {WRONG:.0%} may be"
    against = value(AGAINST) + 1 - value(ANSWER)
    if against > CONTRADICTING:
        yield (
            f"they contradict the answer: {against:.1%} argue against theirs or answer otherwise "
            f"than the score, at most {CONTRADICTING:.0%} may"
        )
