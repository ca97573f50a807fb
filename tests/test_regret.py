"""How far a model is from the best possible: the arithmetic, and where reports show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from test_report import rows
from toys import Cut, Workplace

from bench.api.scores import Scored
from bench.comparison.regret import is_optimum, log_loss_difference
from bench.metrics.calibration import ProperScores
from bench.report.blocks import TableBlock
from bench.report.event_sets import Setting, event_sets
from bench.report.page import write_report
from bench.report.sections.regret import HEADINGS, OTHER_RATIO, UNKNOWN_RATIO, regret
from bench.running.pipeline import run
from bench.storage.request import RunRequest

BEST = "toy-optimum"
TITLE = "### From the best possible"


def scored(n: int, seed: int, scale: float = 1.0, share: float = 0.5) -> Scored:
    """Two normal distributions: at scale 1 the exact P(signal) where half are signal."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < share * n).astype(np.int8)
    x = rng.normal(loc=np.where(y == 1, 1.0, -1.0))
    return Scored(y, expit(2 * scale * x), np.ones(n), threshold=0.5)


def test_the_difference_is_that_of_the_log_losses() -> None:
    best, worse = scored(2000, 0), scored(2000, 0, scale=3.0)
    gap = log_loss_difference(worse, best, 0.5)
    losses = [ProperScores().estimate(s)["log_loss"].value for s in (worse, best)]
    assert losses[0] is not None
    assert losses[1] is not None
    assert gap.value == pytest.approx(losses[0] - losses[1])
    assert 0 < gap.low < gap.value < gap.high
    assert gap.p < 1e-6
    same = log_loss_difference(best, best, 0.5)
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_classes_are_weighted_to_the_ratio_of_the_fits() -> None:
    best, worse = (scored(20_000, 1, scale, share=0.1) for scale in (1.0, 3.0))
    even = [scored(20_000, 2, scale) for scale in (3.0, 1.0)]
    weighted = log_loss_difference(worse, best, 0.5)
    assert weighted.value == pytest.approx(log_loss_difference(*even, 0.5).value, rel=0.2)


def test_an_event_without_an_answer_is_one_half() -> None:
    best = scored(2000, 3)
    missing = replace(best, score=np.where(np.arange(2000) % 2, best.score, np.nan))
    halves = replace(best, score=np.where(np.arange(2000) % 2, best.score, 0.5))
    assert log_loss_difference(missing, best, 0.5) == log_loss_difference(halves, best, 0.5)


def test_intervals_hold_zero_as_often_as_they_say() -> None:
    """Two models that are equally good: both shift the exact log odds, either way."""
    held = 0
    for seed in range(200):
        exact = scored(400, seed)
        odds = np.log(exact.score / (1 - exact.score))
        up, down = (replace(exact, score=expit(odds + shift)) for shift in (0.2, -0.2))
        difference = log_loss_difference(up, down, 0.5)
        held += difference.low <= 0 <= difference.high
    assert 180 <= held <= 199


def test_the_optimum_of_a_dataset_is_known_by_its_name() -> None:
    assert is_optimum("known-optimum", "known")
    assert not is_optimum("known-optimum", "rd")
    assert not is_optimum("known", "known")


@dataclass(frozen=True)
class Optimum(Cut):
    """The exact ratio of the toy's two normal distributions, but for where they meet."""

    name = BEST
    scale: float = 0.5


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Optimum)
    return place


def ran(place: Workplace, **fields: Any) -> None:
    request = RunRequest(**{"plugin": "cut", "dataset": "toy", **fields})
    run(request, place.registry, place.home, place.store, place.context)


def report(place: Workplace) -> str:
    folder = place.home.data.parent / "report"
    return write_report(list(place.store.runs()), folder, blank=True).read_text()


def test_a_report_has_the_distance_of_each_model(place: Workplace) -> None:
    ran(place, plugin=BEST)
    ran(place)
    ran(place, permute="numbers")
    part = report(place).partition(TITLE)[2].partition("\n#")[0]
    by_model = {row["model"]: row for row in rows(part)}
    assert by_model.keys() == {"cut, seed 0", "cut, numbers permuted, seed 0"}
    same_order, shuffled = by_model.values()
    below, above = HEADINGS[1:]
    assert same_order[below] == "0.000 [0.000, 0.000]"
    loss, low, high = (float(word.strip("[],")) for word in same_order[above].split())
    assert 0 < low < loss < high
    assert float(shuffled[below].split()[0]) > 0.3
    assert part.count("None is below zero beyond its interval.") == 1


def test_what_beats_the_optimum_is_named(place: Workplace) -> None:
    ran(place, plugin=BEST, options={"scale": "5"})
    ran(place, options={"scale": "0.5"})
    assert "Below zero beyond the interval: cut, scale=0.5, seed 0." in report(place)


def test_another_class_ratio_of_the_fit_has_no_log_loss(place: Workplace) -> None:
    ran(place, plugin=BEST)
    ran(place, train_ratio="1:3", train_events=400)
    page = report(place)
    assert OTHER_RATIO in page
    assert TITLE in page
    assert UNKNOWN_RATIO not in page


def test_scores_of_another_tool_have_no_log_loss(place: Workplace) -> None:
    ran(place, plugin=BEST)
    ran(place)
    best, other = sorted(place.store.runs(), key=lambda made: made.record.plugin == "cut")
    events = event_sets([best, other])[0]
    elsewhere = replace(other, record=replace(other.record, train=None))
    settings = (Setting((best,)), Setting((elsewhere,)))
    table = regret(replace(events, settings=settings))[1]
    assert isinstance(table, TableBlock)
    assert [cell.note for cell in table.rows[0]][1:] == ["", UNKNOWN_RATIO]


def test_without_an_optimum_there_is_no_such_section(place: Workplace) -> None:
    ran(place)
    ran(place, plugin=BEST, permute="numbers")
    assert TITLE not in report(place)
