"""The maximum SIC under every floor in use: its spelling, its value, what it can show at most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import Workplace

from bench.api.errors import RequestError
from bench.api.scores import Scored
from bench.comparison.floored import floor_of, under
from bench.comparison.paired import max_sic_difference
from bench.comparison.table import compare
from bench.metrics.curve import Ranking
from bench.metrics.floors import NO_FLOOR, USUAL, Floor, sic_title
from bench.metrics.ranking import MaximumSic
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage.report_contents import Contents
from bench.storage.request import RunRequest
from bench.storage.store import Run

IN_USE = ["none", "25 events", "100 events", "fpr 1.84e-5", "fpr above 1e-4"]


def binormal(seed: int, signal: int = 200, background: int = 4000) -> Scored:
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    score = np.round(1 / (1 + np.exp(-rng.normal(2.2 * y - 1.1))), 3)
    return Scored(y, score, np.ones(len(y)), threshold=0.5, seed=seed)


def by_hand(scored: Scored, floor: str) -> float:
    """The largest SIC of all thresholds that a floor allows, threshold by threshold."""
    signal, background = (scored.y == label for label in (1, 0))
    best = 0.0
    for cut in np.unique(scored.score):
        passed = scored.score >= cut
        left = int((passed & background).sum())
        rate = scored.weights[passed & background].sum() / scored.weights[background].sum()
        share = scored.weights[passed & signal].sum() / scored.weights[signal].sum()
        allowed = {
            "none": left >= 1,
            "25 events": left >= 25,
            "100 events": left >= 100,
            "fpr 1.84e-5": left >= 1 and rate >= 1.84e-5,
            "fpr above 1e-4": rate > 1e-4,
            "fpr 2e-3": rate >= 2e-3,
        }[floor]
        best = max(best, share / rate**0.5) if allowed else best
    return best


@pytest.mark.parametrize("floor", [*IN_USE, "fpr 2e-3"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_maximum_is_that_of_every_threshold_tried_by_hand(floor: str, seed: int) -> None:
    for scored in (binormal(seed), uneven(binormal(seed))):
        estimate = MaximumSic(floor=floor).estimate(scored)["max_sic"]
        assert estimate.value == pytest.approx(by_hand(scored, floor))
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 < estimate.low <= estimate.value <= estimate.high


def uneven(scored: Scored) -> Scored:
    rng = np.random.default_rng(5)
    return replace(scored, weights=rng.uniform(0.5, 3, len(scored.y)))


def test_a_rate_that_is_the_floor_itself_is_at_least_it_and_not_above_it() -> None:
    y = np.repeat([1, 0], [10, 10_000]).astype(np.int8)
    score = np.concatenate([np.full(10, 0.9), [0.95], np.zeros(9999)])
    one = Scored(y, score, np.ones(len(y)), threshold=0.5)
    at_least, above = (
        MaximumSic(floor=floor).estimate(one)["max_sic"] for floor in ("fpr 1e-4", "fpr above 1e-4")
    )
    assert at_least.value == pytest.approx(100)
    assert above.value == pytest.approx(1)
    assert "1 background events left" in at_least.note


@pytest.mark.parametrize(
    ("typed", "spelled", "brief"),
    [
        ("none", "none", "no floor"),
        (" 25  Events", "25 events", "25 events"),
        ("100", "100 events", "100 events"),
        ("1 event", "none", "no floor"),
        ("fpr=1.84e-5", "fpr 1.84e-5", "ε_B ≥ 1.84e-5"),
        ("fpr above 0.0001", "fpr above 1e-4", "ε_B > 1e-4"),
        ("fpr 0.02", "fpr 0.02", "ε_B ≥ 0.02"),
    ],
)
def test_a_floor_has_one_spelling(typed: str, spelled: str, brief: str) -> None:
    floor = Floor.read(typed)
    assert (str(floor), floor.brief) == (spelled, brief)
    assert Floor.read(spelled) == floor


@pytest.mark.parametrize("typed", ["", "0", "0 events", "-1", "fpr 0", "fpr 2", "fpr x", "25 jets"])
def test_what_is_no_floor_is_refused_with_those_that_are(typed: str) -> None:
    with pytest.raises(RequestError, match="wanted none, a number of background events") as raised:
        Floor.read(typed)
    assert "\n" not in str(raised.value)
    with pytest.raises(RequestError):
        MaximumSic(floor=typed)


@pytest.mark.parametrize(
    ("background", "most"),
    [(500, 1.3), (5000, 4.2), (40_000, 12), (313_000, 34), (1_000_000, 60)],
)
def test_what_25_events_can_show_at_most_of_so_much_background(background: int, most: int) -> None:
    assert float(f"{Floor(25).ceiling(background, 0.3):.2g}") == most


def test_a_rate_bounds_the_maximum_whatever_the_sample_is() -> None:
    assert Floor.read("fpr above 1e-4").ceiling(efficiency=0.32) == pytest.approx(32)
    assert Floor.read("fpr 1.84e-5").ceiling(10**9) == pytest.approx(233.1, abs=0.1)
    assert Floor.read("fpr above 1e-4").least_events(100_000) == 11
    assert Floor.read("fpr 1e-4").least_events(100_000) == 10


@pytest.mark.parametrize("floor", IN_USE)
def test_no_maximum_is_above_what_its_floor_can_show_and_the_best_scores_reach_it(
    floor: str,
) -> None:
    scored, limit = binormal(3), Floor.read(floor)
    least = limit.least_events(4000)
    best = np.arange(4200) / 5000  # all of the signal above all but `least` of the background
    best[-least:] += 0.1
    order = np.concatenate([best[4000 - least : 4200 - least], best[: 4000 - least], best[-least:]])
    most = limit.ceiling(4000)
    for one in (scored, replace(scored, score=order)):
        value = Ranking.of(one).curve().best_sic(limit)[0]
        assert value <= (4000 / least) ** 0.5 + 1e-9 <= most + 2e-9
    assert value == pytest.approx((4000 / least) ** 0.5)


def test_without_a_floor_it_is_said_what_the_maximum_is_worth() -> None:
    scored = binormal(1)
    note = MaximumSic(floor="none").estimate(scored)["max_sic"].note
    left = int(note.split(", ")[1].split()[0])
    assert note.startswith("no floor, ")
    assert f"it is off by about {50 / left**0.5:.0f} %" in note
    small = MaximumSic(floor="fpr 1.84e-5").estimate(scored)["max_sic"].note
    assert "of 4000 background events the floor is less than one" in small
    for floor in ("25 events", "fpr above 1e-3"):
        assert "off by" not in MaximumSic(floor=floor).estimate(scored)["max_sic"].note


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    place = Workplace.at(tmp_path_factory.mktemp("floors"))
    request = RunRequest(plugin="cut", dataset="toy")
    every = [request, replace(request, permute="numbers")]
    return [run(one, place.registry, place.home, place.store, place.context)[0] for one in every]


def test_stored_runs_stand_under_another_floor_by_their_scores(runs: list[Run]) -> None:
    floor = Floor.read("fpr above 1e-2")
    again = under(runs, floor)
    for before, after in zip(runs, again, strict=True):
        was, now = before.metrics().estimates, after.metrics().estimates
        assert now["max_sic"] == MaximumSic(floor=str(floor)).estimate(before.scored())["max_sic"]
        assert now["max_sic"].note != was["max_sic"].note
        assert now | {"max_sic": was["max_sic"]} == was
    values = [one.metrics().estimates["max_sic"].value for one in (runs[0], again[0])]
    assert values[0] != values[1]
    assert floor_of(again) == floor
    assert [one.metrics() for one in under(again, USUAL)] == [one.metrics() for one in runs]


def test_two_runs_are_compared_under_the_floor_that_was_asked_for(runs: list[Run]) -> None:
    floor = replace(NO_FLOOR, said=True)
    line = next(li for li in compare(*under(runs, floor)).splitlines() if li.startswith("| max"))
    cells = [cell.strip() for cell in line.split("|")]
    one, other = (run.scored() for run in runs)
    assert cells[1] == "max SIC, no floor"
    assert float(cells[4]) == pytest.approx(max_sic_difference(one, other, floor).value, rel=1e-3)
    assert "max SIC, no floor" not in compare(*runs)


def test_a_report_has_one_floor_which_its_headings_name(runs: list[Run], tmp_path: Path) -> None:
    floor = "fpr above 1e-2"
    title = sic_title(Floor.read(floor))
    page = write_report(runs, tmp_path / "one", Contents(floor=floor), blank=True).read_text()
    plain = write_report(runs, tmp_path / "two", blank=True).read_text()
    assert title == "max SIC, ε_B > 0.01"
    headings = [line for line in page.splitlines() if "max SIC" in line and "AUC  " in line]
    assert len(headings) == 2
    assert all(f"| {title} " in line for line in headings)
    assert "thresholds that leave more than a share of 0.01 of the background" in page
    assert "thresholds that leave at least 25 background events" in plain
    assert title not in plain
    assert title in (tmp_path / "one" / "report.html").read_text().replace("&gt;", ">")
    named = write_report(runs, tmp_path / "three", Contents(floor="25"), blank=True).read_text()
    assert "max SIC, 25 events" in named  # asked for by name, it is named


def test_a_study_says_the_floor_of_its_report(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    rest = '[[runs]]\nplugin = "cut"\ndataset = "toy"\n'
    file.write_text(f'[report]\nfloor = "FPR above 0.0001"\n{rest}')
    assert read_study(file).contents.floor == "fpr above 1e-4"
    file.write_text(f'[report]\nfloor = "25 jets"\n{rest}')
    with pytest.raises(RequestError, match="report, floor: no floor '25 jets'"):
        read_study(file)
