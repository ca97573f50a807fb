"""Reports of fits without truth: against the signal in their data, beside the fit by the truth."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from toys import Workplace

from bench.report.calibrated import Calibrated
from bench.report.event_sets import Setting, event_sets
from bench.report.markdown import markdown
from bench.report.page import write_report
from bench.report.searches import Search, injected, searches, significance, without_less
from bench.report.sections.searches import searches_section
from bench.report.sections.shifts import shifts
from bench.report.sections.single import heading
from bench.report.sections.validation import validation_section
from bench.report.validation import validations
from bench.running.pipeline import run
from bench.storage.record import SampleRecord
from bench.storage.request import RunRequest
from bench.storage.store import Run

TRUTH = RunRequest(plugin="cut", dataset="toy", region="mass=-10:10")
WEAK = replace(TRUTH, labels="data", inject=60)
NUMBERS = (0, 60, 240)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    place = Workplace.at(tmp_path_factory.mktemp("searches"))
    tools = (place.registry, place.home, place.store, place.context)
    requests = [replace(WEAK, inject=n, seed=seed) for n in NUMBERS for seed in (0, 1)]
    return [run(request, *tools)[0] for request in [*requests, TRUTH]]


def test_a_search_has_its_seeds_at_each_number_and_the_fit_by_the_truth(runs: list[Run]) -> None:
    (events,) = event_sets(runs)
    (search,) = searches(events)
    assert list(search.curve.points) == list(NUMBERS)
    assert {len(setting.runs) for setting in search.curve.points.values()} == {2}
    assert search.title == "cut"
    assert search.supervised
    assert search.supervised.runs[0].record.labels == "truth"
    shown = without_less(events, [search])
    numbers = {injected(one.record) for setting in shown.settings for one in setting.runs}
    assert numbers == {0, 240}  # 0 is that of the truth
    assert len(shown.settings) == 2


def test_the_significance_is_that_of_the_data_before_a_cut(runs: list[Run]) -> None:
    weak, truth = runs[-2].record, runs[-1].record
    background = sum(one.data - one.injected for one in (weak.train, weak.valid))
    assert significance(weak) == pytest.approx(240 / background**0.5)
    assert significance(truth) is None
    assert f", {weak.train.injected} signal events in its data" in heading(runs[-2])


def rows(page: str, above: str) -> dict[str, list[str]]:
    """The rows of the table under a line, by their first cell."""
    lines = page.partition(above)[2].strip().splitlines()
    end = next(i for i, line in enumerate(lines) if not line)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]]
    return {first: rest for first, *rest in cells}


def test_the_report_says_what_each_amount_of_signal_comes_to(
    runs: list[Run], tmp_path: Path
) -> None:
    page = write_report(runs, tmp_path / "report", blank=True).read_text()
    assert "## Without truth: toy (twin), test in mass=-10:10" in page
    aucs = rows(page, "AUC by signal events in the data:")
    assert aucs["model"] == ["0", "60", "240", "by the truth"]
    (own,) = [cells for name, cells in aucs.items() if name.startswith("cut")]
    most, truth = (float(re.match(r"[\d.]+", cell)[0]) for cell in own[-2:])
    assert most == pytest.approx(truth, abs=0.02)
    cuts = rows(page, "after a cut where SIC is largest:")
    before = [float(cell) for cell in cuts["without a cut"]]
    assert before[0] == 0
    assert before[2] == pytest.approx(4 * before[1], rel=0.02)
    (after,) = [cells for name, cells in cuts.items() if name.startswith("cut")]
    assert float(re.match(r"[\d.]+", after[2])[0]) > before[2]
    assert list((tmp_path / "report" / "figures").glob("searches-*.png"))
    assert "threshold of the largest SIC is chosen by the truth" in page


def test_a_fit_without_truth_has_no_classes_to_tell_a_shift_by(runs: list[Run]) -> None:
    (events,) = event_sets(runs)
    text = markdown(shifts(events))
    assert "| cut" in text
    assert "labels data" not in text
    assert "No domain shift is seen." in text
    weak = tuple(one for one in events.settings if one.runs[0].record.weak)
    assert not shifts(replace(events, settings=weak))


def test_data_that_are_not_alike_have_a_significance_each(runs: list[Run]) -> None:
    """As against sidebands all background of the region is data, and not half of it."""
    (events,) = event_sets(runs)
    (one,) = searches(events)
    curve = replace(one.curve, title="sides", points={60: doubled(one.curve.points[60])})
    text = markdown(searches_section(events, [one, Search(curve, None)], []))
    cuts = rows(text, "after a cut where SIC is largest:")
    half, whole = (cuts[f"{name}, without a cut"] for name in ("cut", "sides"))
    assert float(half[1]) == pytest.approx(float(whole[1]) * 2**0.5, rel=0.02)
    assert (whole[0], whole[2]) == ("–", "–")
    assert "without a cut" not in cuts


def test_what_is_chosen_by_data_is_not_said_to_be_chosen_by_signal(runs: list[Run]) -> None:
    weak = runs[-2]
    data, events = weak.record.valid.data, len(weak.scored("valid").y)
    other = replace(weak, record=replace(weak.record, plugin="other"))
    text = markdown(validation_section(validations([weak, other])))
    assert f"These are the {data} data and {events - data} reference events" in text
    assert " signal and " not in text


def test_scores_of_data_are_not_corrected_to_a_share_of_signal(runs: list[Run]) -> None:
    (events,) = event_sets(runs)
    corrected = {one.runs[0].record.weak: Calibrated.of(one).corrected for one in events.settings}
    assert corrected == {True: False, False: True}


def doubled(setting: Setting) -> Setting:
    """The setting, as if its data had twice the background."""

    def more(sample: SampleRecord) -> SampleRecord:
        return replace(sample, data=2 * sample.data - sample.injected)

    made = []
    for one in setting.runs:
        record = one.record
        record = replace(record, train=more(record.train), valid=more(record.valid))
        made.append(replace(one, record=record))
    return replace(setting, runs=tuple(made))


def test_a_report_of_fits_by_the_truth_has_no_such_section(runs: list[Run], tmp_path: Path) -> None:
    page = write_report(runs[-1:], tmp_path / "plain", blank=True).read_text()
    assert "Without truth" not in page
