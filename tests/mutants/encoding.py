"""Mistakes in encoders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import bench


@dataclass(frozen=True)
class Telling(bench.Encoder):
    """The label is among the numbers."""

    name = "telling"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        noise = np.random.default_rng(0).normal(size=len(table))
        hint = (table.y + noise)[:, None].astype(np.float32)
        return {"numbers": np.concatenate([table.x, hint], axis=1)}


@dataclass(frozen=True)
class ScaledOverBatch(bench.Encoder):
    """Numbers are standardised over whatever is being encoded."""

    name = "scaled-over-batch"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        return {"numbers": (table.x - table.x.mean(axis=0)) / (table.x.std(axis=0) + 1)}


@dataclass(frozen=True)
class Holes(bench.Encoder):
    """A logarithm of what can be negative."""

    name = "holes"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        with np.errstate(invalid="ignore"):
            return {"numbers": np.log(table.x)}


@dataclass(frozen=True)
class Remembered(bench.Encoder):
    """The labels of the events that it learned from are among the numbers, by the events' ids."""

    name = "remembered"
    produces = frozenset({"numbers"})

    def learn(self, train: bench.Table) -> Mapping[str, np.ndarray]:
        order = np.argsort(train.ids)
        return {"ids": train.ids[order], "labels": train.y[order]}

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        place = np.searchsorted(learned["ids"], table.ids).clip(max=len(learned["ids"]) - 1)
        met = learned["ids"][place] == table.ids
        hint = np.where(met, learned["labels"][place], -1)[:, None].astype(np.float32)
        return {"numbers": np.concatenate([table.x, hint], axis=1)}


MET: dict[int, int] = {}


@dataclass(frozen=True)
class FirstLabels(bench.Encoder):
    """The first label that its module was ever handed with an event is among the numbers."""

    name = "first-labels"
    produces = frozenset({"numbers"})

    def learn(self, train: bench.Table) -> Mapping[str, np.ndarray]:
        for event, label in zip(train.ids.tolist(), train.y.tolist(), strict=True):
            MET.setdefault(event, label)
        return {}

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        hint = np.array([MET.get(event, -1) for event in table.ids.tolist()], np.float32)
        return {"numbers": np.concatenate([table.x, hint[:, None]], axis=1)}
