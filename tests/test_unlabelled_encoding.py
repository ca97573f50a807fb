"""Encoders see labels in `learn` alone: what `encode` is handed says nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from toys import Workplace

import bench
from bench.data.encode import views_of
from bench.guards.encodings import differing
from bench.plugins.options import build
from bench.plugins.registry import load_registry
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.preview import preview
from bench.storage.request import RunRequest
from bench.testing.encoders import checked_encoder
from bench.testing.excerpt import excerpt

SEEN: list[tuple[set[int], set[float]]] = []
"""Labels and weights, a pair each time that something was encoded."""
EVENTS = excerpt()
SHIPPED = tuple(load_registry().entries[bench.Encoder])


@dataclass(frozen=True)
class Watching(bench.Encoder):
    """Features as they are; what else it is handed is noted."""

    name = "watching"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Mapping) -> Mapping[str, np.ndarray]:
        SEEN.append(({*table.y.tolist()}, {*table.weights.tolist()}))
        return {"numbers": table.x}


@pytest.mark.parametrize("way", ["run", "dry run", "check"])
def test_no_label_and_no_weight_comes_to_encode(tmp_path: Path, way: str) -> None:
    place = Workplace.at(tmp_path)
    place.add(Watching)
    request = RunRequest(plugin="cut", dataset="toy", encoders=("watching",))
    SEEN.clear()
    if way == "run":
        done = run(request, place.registry, place.home, place.store, place.context)[0]
        assert done.record.status == "ok"
    elif way == "dry run":
        preview(resolve_parts(request, place.registry), place.home, place.store, place.context)
    else:
        # it declares no symmetry that could be tried
        outcomes = [one.outcome for one in checked_encoder(Watching())]
        assert set(outcomes) == {"passed", "skipped"}
        assert outcomes.count("skipped") == 1
    assert len(SEEN) > 5
    assert all(len(labels) == len(weights) == 1 for labels, weights in SEEN)


@pytest.mark.parametrize("name", SHIPPED)
def test_encoders_that_come_with_the_bench_give_the_same_without_labels(name: str) -> None:
    encoder = build(load_registry().entries[bench.Encoder][name].part, {})
    events = EVENTS.take(np.arange(300))
    learned = encoder.learn(events)
    weighed = replace(events, weights=events.y + 0.5)
    with_labels = encoder.encode(weighed, learned)
    without = views_of(encoder, weighed, learned)
    assert with_labels
    assert list(differing(with_labels, without)) == []
