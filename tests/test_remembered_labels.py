"""Encoders that remember labels of single events are caught, whatever they know the event by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import bench
from bench.guards.b011_remembered_labels import RememberedLabels
from bench.plugins.options import build
from bench.plugins.registry import load_registry
from bench.testing.excerpt import excerpt

Learned = Mapping[str, np.ndarray]
EVENTS = excerpt()
SHIPPED = tuple(load_registry().entries[bench.Encoder])


def found(encoder: Any, table: bench.Table = EVENTS) -> list[str]:
    """What the guard says of an encoder that learns from these events."""
    rest: dict[str, Any] = dict.fromkeys(("model", "few", "learned", "inputs", "context"))
    evidence = bench.InputEvidence(encoders=[encoder], tables={"train": table}, used={}, **rest)
    return list(RememberedLabels().check(evidence))


def by_id(table: bench.Table) -> list[Any]:
    return table.ids.tolist()


def by_values(table: bench.Table) -> list[Any]:
    return [row.tobytes() for row in table.x]


def by_row(table: bench.Table) -> list[Any]:
    return list(range(len(table)))


def by_mass(table: bench.Table) -> list[Any]:
    return np.round(table.column("m_jj"), 3).tolist()


class Remembering:
    """Labels by a key of the event, told in one of many ways."""

    name = "remembering"

    def __init__(self, key: Callable[[bench.Table], list[Any]], tell: Callable[..., Any]) -> None:
        self.key, self.tell = key, tell
        self.memory: dict[Any, int] = {}

    def learn(self, train: bench.Table) -> Learned:
        self.memory = dict(zip(self.key(train), train.y.tolist(), strict=True))
        return {}

    def encode(self, table: bench.Table, learned: Learned) -> Mapping[str, Any]:
        labels = np.array([self.memory.get(key, -1) for key in self.key(table)])
        return {"view": self.tell(table, labels)}


def as_column(table: bench.Table, labels: np.ndarray) -> Any:
    return np.column_stack([table.x, labels]).astype(np.float32)


def in_the_seventh_digit(table: bench.Table, labels: np.ndarray) -> Any:
    x = table.x.copy()
    x[:, 3] *= 1 + labels * np.float32(1e-6)
    return x


def in_noise(table: bench.Table, labels: np.ndarray) -> Any:
    noise = np.random.default_rng(3).normal(size=len(table))
    return np.column_stack([table.x, labels + noise])


def in_fresh_noise(table: bench.Table, labels: np.ndarray) -> Any:
    return np.column_stack([table.x, labels + np.random.default_rng().normal(0, 0.7, len(table))])


def parted_in_two(table: bench.Table, labels: np.ndarray) -> Any:
    coin = np.random.default_rng(4).integers(0, 2, len(table))
    return np.column_stack([table.x, coin, labels ^ coin])


def in_any_column(table: bench.Table, labels: np.ndarray) -> Any:
    x = table.x.copy()
    column = table.ids % np.uint64(x.shape[1])
    x[np.arange(len(x)), column.astype(int)] += labels
    return x


def for_a_fifth(table: bench.Table, labels: np.ndarray) -> Any:
    return np.column_stack([table.x, np.where(table.ids % np.uint64(5) == 0, labels, 0)])


def as_particles(table: bench.Table, labels: np.ndarray) -> Any:
    return np.stack([table.x, table.x + labels[:, None]], axis=2)


def _pairs(table: bench.Table, labels: np.ndarray) -> Any:
    return zip(table.x[:, 4], labels, strict=True)


def as_a_word(table: bench.Table, labels: np.ndarray) -> Any:
    return [f"mass {m:.0f}, {'odd' if y else 'even'} jets" for m, y in _pairs(table, labels)]


def as_a_last_digit(table: bench.Table, labels: np.ndarray) -> Any:
    return [f"mass {m:.0f}{y + 1} GeV" for m, y in _pairs(table, labels)]


def as_a_blank(table: bench.Table, labels: np.ndarray) -> Any:
    return [f"mass {m:.0f} {' ' * y}GeV" for m, y in _pairs(table, labels)]


def as_lists(table: bench.Table, labels: np.ndarray) -> Any:
    return [np.arange(3 + y) for y in labels]


TOLD = (
    *(as_column, in_the_seventh_digit, in_noise, in_fresh_noise, parted_in_two, in_any_column),
    *(for_a_fifth, as_particles, as_a_word, as_a_last_digit, as_a_blank, as_lists),
)


@pytest.mark.parametrize("key", [by_id, by_values, by_row, by_mass])
def test_labels_are_remembered_by_whatever_an_event_is_known_by(key: Any) -> None:
    (line,) = found(Remembering(key, as_column))
    auc = r"0\.999" if key is by_mass else r"1\.000"  # there are events of one mass
    assert re.fullmatch(
        "remembering remembers labels: view of the events that it learned from follow each "
        rf"event's own label \(AUC {auc}, 4000 events\)",
        line,
    )


@pytest.mark.parametrize("tell", TOLD, ids=lambda tell: tell.__name__)
def test_a_remembered_label_is_seen_in_numbers_and_in_texts(tell: Any) -> None:
    assert found(Remembering(by_id, tell))


@pytest.mark.parametrize("events", [120, 300])
def test_few_train_events_are_enough(events: int) -> None:
    assert found(Remembering(by_id, as_column), EVENTS.take(np.arange(events)))


class Means:
    """The mean label in bins of each column, as target encoding has it."""

    name = "means"

    def __init__(self, bins: int, texts: bool = False) -> None:
        self.bins, self.texts = bins, texts

    def places(self, x: np.ndarray, edges: np.ndarray) -> np.ndarray:
        columns = zip(x.T, edges.T, strict=True)
        return np.column_stack([np.searchsorted(edge, column) for column, edge in columns])

    def learn(self, train: bench.Table) -> Learned:
        edges = np.quantile(train.x, np.linspace(0, 1, self.bins + 1)[1:-1], axis=0)
        places, means = self.places(train.x, edges), np.full((train.x.shape[1], self.bins), 0.5)
        for column, bins in enumerate(places.T):
            for place in np.unique(bins):
                means[column, place] = train.y[bins == place].mean()
        return {"edges": edges, "means": means}

    def encode(self, table: bench.Table, learned: Learned) -> Mapping[str, Any]:
        places = self.places(table.x, learned["edges"])
        means = np.take_along_axis(learned["means"].T, places, axis=0)
        if self.texts:
            return {"texts": [" ".join(f"{value:.3f}" for value in row) for row in means]}
        return {"numbers": means.astype(np.float32)}


class Projected:
    """The direction in which the classes lie apart, as Fisher's discriminant has it."""

    name = "projected"

    def learn(self, train: bench.Table) -> Learned:
        mean, spread = train.x.mean(axis=0), train.x.std(axis=0) + 1e-6
        x = np.column_stack([(train.x - mean) / spread, np.ones(len(train))])
        return {"w": np.linalg.lstsq(x, train.y, rcond=1e-6)[0], "mean": mean, "spread": spread}

    def encode(self, table: bench.Table, learned: Learned) -> Mapping[str, Any]:
        x = (table.x - learned["mean"]) / learned["spread"]
        return {"numbers": np.column_stack([table.x, x @ learned["w"][:-1] + learned["w"][-1]])}


LEGAL = (Means(10), Means(40), Means(100), Means(10, texts=True), Projected())


@pytest.mark.parametrize("encoder", LEGAL, ids=lambda e: f"{e.name}-{getattr(e, 'bins', '')}")
@pytest.mark.parametrize("events", [600, 1000, 4000])
def test_labels_that_many_events_share_may_shape_an_encoding(encoder: Any, events: int) -> None:
    if getattr(encoder, "bins", 0) * 8 > events:
        pytest.skip("fewer than ten events a bin are single events")
    rows = np.random.default_rng(events).permutation(len(EVENTS))[:events]
    assert found(encoder, EVENTS.take(rows)) == []


def clean(name: str, seed: int) -> list[str]:
    """What is said of a shipped encoder that learns from events drawn by a seed."""
    encoder = build(load_registry().entries[bench.Encoder][name].part, {})
    rows = np.random.default_rng(seed).permutation(len(EVENTS))[:400]
    return found(encoder, EVENTS.take(rows))


@pytest.mark.parametrize("name", SHIPPED)
def test_encoders_that_come_with_the_bench_are_let_alone(name: str) -> None:
    assert clean(name, 0) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_no_false_alarm_in_twenty_clean_fits(name: str) -> None:
    assert [clean(name, seed) for seed in range(20)] == [[]] * 20


def test_too_few_events_of_a_class_are_no_finding() -> None:
    few = replace(EVENTS.take(np.arange(200)), y=(np.arange(200) < 5).astype(np.int8))
    with pytest.raises(bench.NotApplicableError, match="200 train events, too few of one class"):
        found(Remembering(by_id, as_column), few)
