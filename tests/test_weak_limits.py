"""The idealised detector between its two limits: a random score and the supervised fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from toys import events

import bench
from bench.api.guard import NotApplicableError, ScoreEvidence
from bench.api.scores import Scored
from bench.data.sampling import Sample, draw
from bench.data.weak import draw_weak
from bench.guards.b061_inverted import Inverted
from bench.guards.b062_chance import Chance
from bench.guards.b064_shifted import Shifted
from bench.guards.b069_weak_labels import WeakLabels
from bench.guards.evidence import RunScoreEvidence
from bench.metrics.curve import Ranking
from bench.metrics.floors import USUAL
from bench.storage.record import SampleRecord
from bench.storage.region import Region
from bench.storage.weak import WeakRequest

MASS = Region("mass", -1.0, 3.0)
TABLES = range(3, 8)


def fitted_by(x: np.ndarray, y: np.ndarray) -> Callable[[bench.Table], np.ndarray]:
    """Trees on both features; gives what scores events."""
    trees = RandomForestClassifier(60, min_samples_leaf=20, random_state=0).fit(x, y)
    return lambda table: np.asarray(trees.predict_proba(table.x)[:, 1])


def max_sic(table: bench.Table, score: np.ndarray) -> float:
    """By the truth of the test events."""
    scored = Scored(table.y, score, table.weights, threshold=0.5, mass=None)
    return Ranking.of(scored).curve().best_sic(USUAL)[0]


def by_signal(table: bench.Table, inject: int) -> float:
    """Of a fit of data with so much signal."""
    weak = WeakRequest(MASS, inject, "region", 0)
    train = draw_weak(table, weak, {"train": None, "valid": None})["train"].labelled
    return max_sic(test := draw(table, Sample("test", "1:1")), fitted_by(train.x, train.y)(test))


def test_without_signal_its_maximum_is_that_of_a_random_score() -> None:
    tables = [events(12_000, seed) for seed in TABLES]
    seen = np.median([by_signal(table, 0) for table in tables])
    rng = np.random.default_rng(0)
    test = draw(tables[0], Sample("test", "1:1"))
    medians = [np.median([max_sic(test, rng.random(len(test))) for _ in TABLES]) for _ in range(40)]
    low, high = np.quantile(medians, [0.005, 0.995])
    assert low <= seen <= high * 1.05


def test_with_ever_more_signal_it_comes_to_the_supervised_fit() -> None:
    table = events(12_000, 3)
    train, test = (draw(table, Sample(split, "1:1", most=20_000)) for split in ("train", "test"))
    supervised = max_sic(test, fitted_by(train.x, train.y)(test))
    none, some, many = (by_signal(table, inject) for inject in (0, 200, 3000))
    assert none < some < many
    assert many == pytest.approx(supervised, rel=0.15)
    assert none < 0.7 * supervised


def sample(injected: int, data: int, against: str = "region") -> SampleRecord:
    counts = {"signal": injected, "background": 2 * data - injected, "natural": 0.5}
    return SampleRecord(
        **{"dataset": "toy", "edition": "twin", "source": "", "options": {}, "split": "valid"},
        **counts,
        ratio=f"data:{against}",
        fingerprint="",
        data=data,
        injected=injected,
    )


def evidence(auc: float, weak: SampleRecord | None, events: int = 2000) -> ScoreEvidence:
    """Normal scores, half of the events data, so far apart as to have this AUC."""
    from scipy.stats import norm

    rng = np.random.default_rng(1)
    y = (np.arange(events) % 2).astype(np.int8)
    score = norm.cdf(rng.normal(size=events) + y * norm.ppf(auc) * 2**0.5)
    scored = Scored(y, score, np.ones(events), threshold=0.5, mass=None)
    return RunScoreEvidence(
        model=Reader(), control="", valid=scored, evaluated=scored, others={}, fitted_by=weak
    )


class Reader(bench.Model):
    """What depends on its numbers."""

    name = "reader"
    reads = frozenset({"numbers"})

    def fit(self, train: Any, valid: Any, context: Any) -> Any:
        raise NotImplementedError

    def load(self, folder: Any, context: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("auc", "injected", "severity", "line"),
    [
        (0.50, 0, "note", "chance, as is to be expected; 0 signal events among 1000 data"),
        (0.56, 300, "", ""),  # 0.65 at most
        (0.54, 0, "", ""),  # noise that the look was chosen by may be as good
        (0.75, 100, "warn", "100 signal events among 1000 data make 0.550 at most: something else"),
    ],
)
def test_data_and_reference_differ_by_their_signal_alone(
    auc: float, injected: int, severity: str, line: str
) -> None:
    seen = evidence(auc, sample(injected, 1000))
    lines = list(WeakLabels().check(seen))
    assert bool(lines) == bool(line)
    if line:
        assert line in lines[0]
        assert WeakLabels().gravity(seen) == severity


def refusal(guard: Any, seen: ScoreEvidence) -> str:
    with pytest.raises(NotApplicableError) as raised:
        list(guard.check(seen))
    return str(raised.value)


def findings(guard: Any, seen: ScoreEvidence) -> Sequence[str]:
    return list(guard.check(seen))


def test_guards_that_need_true_labels_know_that_these_are_not() -> None:
    weak, true = evidence(0.5, sample(0, 1000)), evidence(0.5, None)
    assert "B069" in refusal(Chance(), weak)
    assert "chance" in findings(Chance(), true)[0]
    assert "by the truth" in refusal(WeakLabels(), true)
    assert WeakLabels().gravity(true) == "warn"
    assert not findings(Inverted(), weak)
    assert "below one half" in findings(Inverted(), evidence(0.2, sample(0, 1000)))[0]


def test_efficiencies_of_the_reference_alone_are_compared() -> None:
    good = evidence(0.9, None)
    worse = evidence(0.6, sample(100, 1000))
    seen = RunScoreEvidence(
        model=Reader(),
        control="",
        valid=worse.valid,
        evaluated=good.evaluated,
        others={},
        fitted_by=sample(100, 1000),
    )
    assert not findings(Shifted(), seen)  # by the label of data efficiencies differ: 0.56 and 0.96
    true = RunScoreEvidence(
        model=Reader(), control="", valid=worse.valid, evaluated=good.evaluated, others={}
    )
    assert "ε_S" in findings(Shifted(), true)[0]
    beside = evidence(0.6, sample(100, 1000, "sidebands"))
    assert "other events on purpose" in refusal(Shifted(), beside)
