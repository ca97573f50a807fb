"""What a metric has to do: judge any scores, with an interval that holds its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.guards.messages import error_text
from bench.plugins.interruption import raise_if_users
from bench.testing.check import Checked, ask, demand
from bench.testing.surroundings import heavy_when_listed, offline, same_randomness

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def check_metric(metric: Metric) -> None:
    """Put every question to a metric, with these options.

    Raises:
        Failed: a line for each check that failed.
    """
    demand(checked_metric(metric))


def checked_metric(metric: Metric) -> list[Checked]:
    """What came of every check of a metric."""
    with offline(), same_randomness():
        return ask(f"metric {metric.name}", CHECKS, _Subject(metric, samples()))


@dataclass(frozen=True)
class _Subject:
    metric: Metric
    samples: Mapping[str, Scored]


def samples() -> dict[str, Scored]:
    """Scored events of every kind that a metric meets."""
    import numpy as np

    rng = np.random.default_rng(1)
    y = (np.arange(1000) % 4 == 0).astype(np.int8)
    score = 1 / (1 + np.exp(-rng.normal(2 * y - 1, 1.2)))
    mass = rng.normal(3000, 400, 1000)
    usual = _scored(y, score, mass)
    few = rng.permutation(1000)
    signal = np.flatnonzero(y == 1)[:1]
    return {
        "usual": usual,
        "weighted": replace(usual, weights=np.where(y == 1, 0.2, rng.uniform(0.5, 3, 1000))),
        "with events without an answer": replace(usual, score=np.where(few < 50, np.nan, score)),
        "all the same": replace(usual, score=np.full(1000, 0.5)),
        "decisions": replace(usual, score=np.round(score)),
        "bare decisions": replace(usual, score=np.round(score), bare=True, mass=None),
        "without a mass": replace(usual, mass=None),
        "one signal event": _taken(usual, np.concatenate([signal, np.flatnonzero(y == 0)])),
        "background alone": _taken(usual, np.flatnonzero(y == 0)),
        "signal alone": _taken(usual, np.flatnonzero(y == 1)),
        "two events": _taken(usual, np.array([0, 1])),
    }


def _scored(y: NDArray[np.int8], score: NDArray[np.float64], mass: NDArray[np.float64]) -> Scored:
    import numpy as np

    return Scored(y=y, score=score, weights=np.ones(len(y)), threshold=0.5, mass=mass)


def _taken(scored: Scored, rows: NDArray[np.intp]) -> Scored:
    mass = None if scored.mass is None else scored.mass[rows]
    return replace(
        scored, y=scored.y[rows], score=scored.score[rows], weights=scored.weights[rows], mass=mass
    )


def _judges(subject: _Subject) -> None:
    """It gives estimates of any scores, and a dash with its reason where there is nothing."""
    for case, scored in subject.samples.items():
        try:
            estimates = subject.metric.estimate(scored)
        except BaseException as error:
            raise_if_users(error)
            raise AssertionError(f"{case}: {error_text(error)}") from error
        assert estimates, f"{case}: no estimate"
        for name, estimate in estimates.items():
            assert isinstance(estimate, Estimate), f"{case}: {name} is no Estimate"
            assert estimate.value is not None or estimate.note, f"{case}: {name} says no reason"


def _interval(subject: _Subject) -> None:
    """Its values are finite and lie in their intervals."""
    from math import isfinite

    for case, scored in subject.samples.items():
        for name, e in subject.metric.estimate(scored).items():
            if e.value is None:
                continue
            assert isfinite(e.value), f"{case}: {name} is {e.value}"
            low = e.value if e.low is None else e.low
            high = e.value if e.high is None else e.high
            slack = 1e-9 * max(1.0, abs(e.value))
            inside = low - slack <= e.value <= high + slack
            assert inside, f"{case}: {name} = {e.value:g} is not in [{low:g}, {high:g}]"


def _same(subject: _Subject) -> None:
    """It gives the same for the same scores, to the last digit of the interval."""
    usual = subject.samples["usual"]
    assert subject.metric.estimate(usual) == subject.metric.estimate(usual)


def _order(subject: _Subject) -> None:
    """Its values do not depend on the order of the events."""
    import numpy as np

    usual = subject.samples["weighted"]
    order = np.random.default_rng(2).permutation(len(usual.y))
    one, other = (subject.metric.estimate(s) for s in (usual, _taken(usual, order)))
    for name, estimate in one.items():
        value = other[name].value
        assert (value is None) == (estimate.value is None), name
        close = value is None or np.isclose(value, estimate.value or 0.0, rtol=1e-9, atol=1e-12)
        assert close, f"{name}: {estimate.value} and {value}"


def _names(subject: _Subject) -> None:
    """Its estimates have the same names whatever the scores."""
    names = {tuple(sorted(subject.metric.estimate(s))) for s in subject.samples.values()}
    assert len(names) == 1, f"{len(names)} different sets of names"


def _listing(subject: _Subject) -> None:
    """It imports nothing heavy when plugins are listed."""
    heavy = heavy_when_listed(type(subject.metric))
    assert not heavy, f"importing it brings in {', '.join(heavy)}; import them where they are used"


CHECKS = (_judges, _interval, _same, _order, _names, _listing)
