"""Every figure of a few fixed samples, pinned: whoever changes one is to see it.

What the figures have to be is tested against scikit-learn, papers and simulation elsewhere; here is
written down what they are, so that none moves unsaid. Meant changes: `python tests/test_pinned.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.api.scores import Scored
from bench.comparison.binormal import OperatingPoint, fit_binormal
from bench.comparison.groups import letters
from bench.comparison.paired import (
    Difference,
    auc_difference,
    decision_difference,
    max_sic_difference,
)
from bench.comparison.points import common_roc, separable_pairs
from bench.comparison.shift import shift_between
from bench.comparison.table import sentence
from bench.metrics.calibration import CalibrationError, ProperScores
from bench.metrics.decisions import AsimovSignificance, Decisions, SignificanceImprovement
from bench.metrics.floors import Floor
from bench.metrics.ranking import AreaUnderCurve, MaximumSic, Rejection
from bench.metrics.sculpting import MassSculpting
from bench.metrics.working_points import FixedFalsePositiveRate

PINNED = Path(__file__).with_name("pinned_figures.json")
METRICS = (
    *(AreaUnderCurve(), MaximumSic(), MaximumSic(floor="5"), Rejection(), FixedFalsePositiveRate()),
    *(Decisions(), SignificanceImprovement(), AsimovSignificance(), AsimovSignificance(0.2)),
    *(ProperScores(), CalibrationError(), CalibrationError(bins=4), MassSculpting()),
    MassSculpting(share=0.2, bins=5),
)


def sample(signal: int, background: int, seed: int = 0) -> Scored:
    """Scores with ties, masses in GeV, and one weight."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([1, 0], [signal, background])).astype(np.int8)
    score = np.round(1 / (1 + np.exp(-rng.normal(loc=1.6 * y - 0.8))), 3)
    mass = rng.normal(3500, 100 + 900 * (y == 0)) + 800 * score
    return Scored(y, score, np.ones(len(y)), 0.6, seed=seed, mass=mass)


def weighted(scored: Scored) -> Scored:
    """Of uneven weights."""
    rng = np.random.default_rng(7)
    return replace(scored, weights=rng.uniform(0.5, 3.0, len(scored.y)))


def unsure(scored: Scored) -> Scored:
    """With events without an answer."""
    return replace(scored, score=np.where(np.arange(len(scored.y)) % 9 == 4, np.nan, scored.score))


def turned(scored: Scored) -> Scored:
    """Scores that agree with others in part."""
    rng = np.random.default_rng(3)
    return replace(scored, score=np.clip(scored.score + rng.normal(0, 0.2, len(scored.y)), 0, 1))


SAMPLES = {
    "plain": sample(120, 1300),
    "weighted": weighted(sample(120, 1300)),
    "without verdicts": unsure(sample(60, 1100, 2)),
    "few": sample(11, 200, 1),
    "perfect": replace(sample(30, 60), score=sample(30, 60).y.astype(np.float64)),
    "bare": replace(sample(30, 60), bare=True),
    "signal alone": sample(30, 0),
    "background alone": sample(0, 300),
}
POINTS = [
    *(OperatingPoint(700, 800, 900, 7000), OperatingPoint(600, 800, 430, 7100)),
    *(OperatingPoint(480, 800, 200, 7200), OperatingPoint(350, 790, 90, 7300)),
    *(OperatingPoint(610, 800, 470, 7000), OperatingPoint(640, 800, 80, 7000)),
]


def figures() -> dict[str, Any]:
    """All that is pinned."""
    values: dict[str, Any] = {}
    for name, scored in SAMPLES.items():
        for metric in METRICS:
            options = ", ".join(f"{k}={v}" for k, v in asdict(metric).items())
            for what, estimate in metric.estimate(scored).items():
                values[f"{name}: {what} ({options})"] = asdict(estimate)
    for name in ("plain", "weighted", "without verdicts", "few"):
        one, other = SAMPLES[name], turned(SAMPLES[name])
        tests = [auc_difference(one, other), decision_difference(one, other, 1)]
        tests += [decision_difference(one, other, 0), max_sic_difference(one, other, Floor(5))]
        for test in tests:
            values[f"{name}: difference of {test.what}"] = asdict(test)
            values[f"{name}: {test.what} in words"] = [sentence(test, p) for p in (0.01, 0.4)]
        values[f"{name}: shift"] = asdict(shift_between(one, SAMPLES["without verdicts"], 0.1))
    values["no difference in words"] = sentence(Difference("x", *[float("nan")] * 4, "m"), np.nan)
    values["binormal"] = asdict(fit_binormal(POINTS[:5]))
    values["binormal in words"] = [fit_binormal(POINTS[:n]).sentence for n in (3, 5, 6)]
    values["separations"] = [asdict(one) for one in separable_pairs(POINTS)]
    roc = common_roc(POINTS)
    values["common ROC"] = roc and asdict(roc)
    values["no common ROC"] = [common_roc(POINTS[3:]), common_roc(POINTS[::5] * 2)]
    values["letters"] = letters(30, [(i, j) for j in range(30) for i in range(j)])
    return {name: settled(value) for name, value in values.items()}


def settled(value: Any) -> Any:
    """As JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return settled(asdict(value))
    if isinstance(value, Mapping):
        return {key: settled(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [settled(one) for one in value]
    if isinstance(value, float):
        return "nan" if np.isnan(value) else float(value)
    return value


def flat(value: Any, where: str = "") -> dict[str, Any]:
    """By the way to each value."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, one in items for k, v in flat(one, f"{where}/{key}").items()}
    return {where: value}


def test_no_figure_has_moved() -> None:
    pinned, now = flat(json.loads(PINNED.read_text())), flat(figures())
    assert now.keys() == pinned.keys()
    moved = {
        key: (pinned[key], value)
        for key, value in now.items()
        if (pinned[key] != value)
        and not (isinstance(value, float) and value == pytest.approx(pinned[key], rel=1e-4))
    }
    assert moved == {}


if __name__ == "__main__":
    PINNED.write_text(json.dumps(figures(), indent=1, ensure_ascii=False) + "\n")
