"""Thresholds: a number, or chosen on the valid split; never on the events that are evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.api.errors import RequestError

if TYPE_CHECKING:
    from bench.api.scores import Scored

BEST_SIC = "best-sic"
_RATE = re.compile(r"fpr=(.+)")
WANTED = f"wanted a number from 0 to 1, fpr=RATE such as fpr=0.01, or {BEST_SIC}"


def demand_threshold(threshold: str) -> None:
    """Refuse a threshold that says nothing.

    Raises:
        RequestError: what is wanted.
    """
    if threshold != BEST_SIC:
        _number(threshold)


def choose(
    threshold: str, valid: Scored, notice: Callable[[str], None] = lambda line: None
) -> float:
    """The threshold that a request comes down to, by the scores of the valid split.

    Notices where the valid split's few background events decide it, and not the scores.

    Raises:
        RequestError: the valid split has too few background events, or no signal, to choose by.
    """
    import numpy as np

    from bench.metrics.curve import BACKGROUND_FLOOR, Ranking

    if threshold != BEST_SIC and not _RATE.fullmatch(threshold):
        return _number(threshold)
    ranking = Ranking.of(valid)
    curve = ranking.curve()
    if threshold == BEST_SIC:
        if not (valid.y == 1).any():
            raise RequestError(f"--threshold {threshold}: no signal event in the valid split")
        place = curve.best_sic()[1]
        if curve.at_floor(place):
            notice(
                f"--threshold {threshold} stands at ε_B {curve.background[place]:.2g}, the "
                f"least that leaves {BACKGROUND_FLOOR} background events of the valid split: a "
                "tighter one, such as fpr=0.001, may have more SIC"
            )
    else:
        rate = _number(threshold)
        place = int(np.searchsorted(curve.background, rate + 1e-12, side="right")) - 1
    if place < 0:
        events = int((valid.y == 0).sum())
        raise RequestError(
            f"--threshold {threshold}: {events} background events of the valid split are too few"
        )
    score = float(valid.score[ranking.order[ranking.ends[place]]])
    if np.isnan(score):
        raise RequestError(
            f"--threshold {threshold}: only events without an answer are left to cut"
        )
    return score


def _number(text: str) -> float:
    try:
        value = float(text.removeprefix("fpr="))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise RequestError(f"no threshold {text!r}; {WANTED}")
    return value
