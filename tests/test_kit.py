"""The conformance kit: every shipped part passes it, and every check can fail."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import Cut, FittedCut

import bench
from bench.plugins.registry import load_registry
from bench.testing import Failed, check_dataset, check_encoder, check_metric, check_model
from bench.testing.excerpt import FILE, Excerpt, read
from bench.testing.models import checked_model
from bench.testing.plugin import CHECKERS, checked_plugin

REGISTRY = load_registry()
MARKS = {"llm-nfa": pytest.mark.early, "llm-text": pytest.mark.slow, "llm-token": pytest.mark.slow}
"""A language model takes a minute or two; the check of the first goes through the others' code."""


def parts(kind: type[bench.Part]) -> list[Any]:
    return [
        pytest.param(entry.part, id=name, marks=MARKS.get(name, []))
        for name, entry in REGISTRY.all(kind).items()
    ]


@pytest.mark.parametrize("kind", CHECKERS)
def test_there_are_parts_of_every_kind(kind: type[bench.Part]) -> None:
    assert parts(kind)


@pytest.mark.parametrize("model", parts(bench.Model))
def test_shipped_models_pass(model: type[bench.Model]) -> None:
    check_model(model())


@pytest.mark.parametrize("encoder", parts(bench.Encoder))
def test_shipped_encoders_pass(encoder: type[bench.Encoder]) -> None:
    check_encoder(encoder())


@pytest.mark.parametrize("metric", parts(bench.Metric))
def test_shipped_metrics_pass(metric: type[bench.Metric]) -> None:
    check_metric(metric())


@pytest.mark.parametrize("dataset", parts(bench.Dataset))
def test_shipped_datasets_pass(dataset: type[bench.Dataset]) -> None:
    check_dataset(dataset())


def test_the_excerpt_is_real_events_with_units() -> None:
    table = read(FILE)
    assert (len(table), int(table.y.sum())) == (4000, 2000)
    assert {"GeV", "rad", "1"} == {column.unit for column in table.columns}
    assert FILE.stat().st_size < 400_000
    check_dataset(Excerpt())


@dataclass(frozen=True)
class Lean(bench.Model):
    """A cut on the first feature, with one mistake of each kind."""

    name = "lean"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    mistake: str = ""
    """Which one."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        if self.mistake == "network":
            with socket.socket() as connection:
                connection.connect(("127.0.0.1", 9))
        if self.mistake == "random":
            random.random()
            np.random.random()
        cut = Cut().fit(train, valid, context)
        return Leaning(cut.centre, 300.0, cut.rising, self.mistake)

    def load(self, folder: Path, context: bench.Context) -> FittedCut:
        cut = Cut().load(folder, context)
        return Leaning(cut.centre, 300.0, cut.rising, self.mistake)


@dataclass(frozen=True)
class Leaning(FittedCut):
    mistake: str = ""

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        scores = super().score(inputs)
        match self.mistake:
            case "shape":
                return scores[:, None]
            case "outside":
                return scores * 3 - 1
            case "labels":
                return 0.5 * scores + 0.5 * inputs.y
            case "order":
                return np.sort(scores)
            case "inputs":
                inputs.views["numbers"][:] += 1
            case "again":
                return (scores + np.random.default_rng().normal(0, 0.01, len(scores))).clip(0, 1)
        return scores

    def save(self, folder: Path) -> None:
        super().save(folder)
        if self.mistake == "pickle":
            (folder / "more.pkl").write_bytes(b"\x80\x04.")


MISTAKES = {
    "network": "asked for the network",
    "random": "draws from the module random",
    "shape": "scores of shape",
    "outside": "scores outside",
    "labels": "does not look at labels",
    "order": "its own score",
    "inputs": "leaves its inputs",
    "again": "scores the same events the same",
    "pickle": "is a pickle",
}


def test_a_model_without_a_mistake_passes() -> None:
    check_model(Lean())


@dataclass(frozen=True)
class Idle(Lean):
    """A cut with an option that does nothing."""

    name = "idle"
    depth: int = 3
    """Of nothing."""


def test_an_option_that_does_nothing_is_told_and_fails_nobody() -> None:
    (check,) = [c for c in checked_model(Idle()) if "options make a difference" in c.requirement]
    assert (check.outcome, check.why) == ("passed", "no difference on 96 events: depth")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_a_model_fails_the_kit(mistake: str) -> None:
    with pytest.raises(Failed, match=re.escape(MISTAKES[mistake])):
        check_model(Lean(mistake=mistake))


@dataclass(frozen=True)
class Odd(bench.Encoder):
    """An encoder with one mistake of each kind."""

    name = "odd"
    produces = frozenset({"numbers"})
    mistake: str = ""
    """Which one."""

    def encode(  # noqa: PLR0911
        self, table: bench.Table, learned: Mapping
    ) -> Mapping[str, Any]:
        x = table.x * np.float32(2)
        match self.mistake:
            case "short":
                return {"numbers": x[:-1]}
            case "views":
                return {"numbers": x, "texts": ["a"] * len(x)}
            case "float64":
                return {"numbers": x.astype(np.float64)}
            case "labels":
                return {"numbers": x + table.y[:, None]}
            case "batch dependence":
                return {"numbers": x - x.mean(axis=0)}
            case "holes":
                return {"numbers": np.where(x > 2000, np.nan, x).astype(np.float32)}
            case "table":
                table.x[:] *= 2
            case "same":
                return {"numbers": np.ones_like(x)}
        return {"numbers": x}


def test_an_encoder_without_a_mistake_passes() -> None:
    check_encoder(Odd())


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("short", "entries"),
        ("views", "gives"),
        ("float64", "wanted float32"),
        ("labels", "B007"),
        ("batch dependence", "B008"),
        ("holes", "B009"),
        ("table", "the features have changed"),
        ("same", "the same for every event"),
    ],
)
def test_a_mistake_of_an_encoder_fails_the_kit(mistake: str, message: str) -> None:
    with pytest.raises(Failed, match=message):
        check_encoder(Odd(mistake=mistake))


@dataclass(frozen=True)
class Strange(bench.Metric):
    """A metric with one mistake of each kind."""

    name = "strange"
    mistake: str = ""
    """Which one."""

    def estimate(self, scored: bench.Scored) -> Mapping[str, bench.Estimate]:  # noqa: PLR0911
        value = float(np.nanmean(scored.score))
        match self.mistake:
            case "raises":
                return {"strange": bench.Estimate(float(scored.mass.mean()))}
            case "interval":
                return {"strange": bench.Estimate(value, value + 1, value + 2)}
            case "nan":
                return {"strange": bench.Estimate(float("nan"))}
            case "order":
                return {"strange": bench.Estimate(float(scored.score[0]))}
            case "names":
                return {f"strange_{len(scored.y)}": bench.Estimate(value)}
            case "silent":
                return {"strange": bench.Estimate(None)}
        return {"strange": bench.Estimate(value, value - 0.1, value + 0.1)}


def test_a_metric_without_a_mistake_passes() -> None:
    check_metric(Strange())


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("raises", "bare decisions: AttributeError"),
        ("interval", "is not in"),
        ("nan", "is nan"),
        ("order", "order of the events"),
        ("names", "sets of names"),
        ("silent", "no reason"),
    ],
)
def test_a_mistake_of_a_metric_fails_the_kit(mistake: str, message: str) -> None:
    with pytest.raises(Failed, match=message):
        check_metric(Strange(mistake=mistake))


def test_a_plugin_that_is_not_there_is_a_bad_request() -> None:
    with pytest.raises(bench.RequestError, match="did you mean gbt"):
        checked_plugin("gbtt", REGISTRY, print)
