"""Packed runs judged anew from their scores, by the metrics of now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Workplace
from two_cuts import desk_at, studied

from bench.api.errors import RequestError
from bench.api.scores import Estimate
from bench.cli.report import command as report
from bench.report.rejudge import rejudge
from bench.report.up_to_date import out_of_step
from bench.running.judging import Judges
from bench.storage.archive import RESULTS, Packed, read_packed, write_packed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with desk_at(tmp_path_factory.mktemp("desk")) as place:
        yield place


@pytest.fixture(scope="module")
def original(desk: Workplace) -> Path:
    return studied(desk)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "reports" / "cuts")


def altered(folder: Path, change: Callable[[Estimate], Estimate]) -> list[Packed]:
    """The packed runs as they were; the archive then has another AUC of each."""
    before = read_packed(folder)
    for one in before:
        if one.metrics:
            auc = one.metrics.estimates["auc"]
            one.metrics.estimates["auc"] = change(auc)
    write_packed(folder, before)
    return read_packed(folder)


def test_packed_runs_are_judged_anew_from_their_scores(folder: Path) -> None:
    before = read_packed(folder)
    scores = {p: p.read_bytes() for p in (folder / RESULTS).glob("*.parquet")}
    page = (folder / "report.md").read_bytes()
    altered(folder, lambda auc: replace(auc, value=auc.value and auc.value / 2, note="of old"))
    ran = CliRunner().invoke(report, ["--rejudge", str(folder)], standalone_mode=False)
    assert ran.output == f"{folder}: another figure or note in 3 of 4 runs\n"
    assert (ran.return_value, out_of_step(folder)) == (0, [])
    after = read_packed(folder)
    assert [one.metrics for one in after] == [one.metrics for one in before]
    assert [one.samples for one in after] == [one.samples for one in before]
    assert {p: p.read_bytes() for p in (folder / RESULTS).glob("*.parquet")} == scores
    assert (folder / "report.md").read_bytes() == page
    changed = [one.record.id != two.record.id for one, two in zip(before, after, strict=True)]
    assert changed == [one.metrics is not None for one in before]  # judged by something else


@pytest.fixture
def rejudged(
    folder: Path, desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[int, int]]:
    """Judges the folder's runs anew, and leaves the page alone."""
    monkeypatch.setattr("bench.report.rejudge.write_report", lambda *_: None)
    judges = Judges.of(desk.registry)
    return lambda: rejudge(folder, judges)


def test_what_the_metrics_of_now_say_as_well_is_left_as_it_is(
    folder: Path, rejudged: Callable[[], tuple[int, int]]
) -> None:
    before = read_packed(folder)
    assert rejudged() == (0, 4)
    assert read_packed(folder) == before


def test_a_figure_that_differs_by_rounding_stays_and_its_note_is_of_now(
    folder: Path, rejudged: Callable[[], tuple[int, int]]
) -> None:
    was = altered(
        folder, lambda auc: replace(auc, value=auc.value and auc.value * (1 + 1e-12), note="of old")
    )
    assert rejudged() == (3, 4)
    for one, two in zip(was, read_packed(folder), strict=True):
        if one.metrics and two.metrics:
            old, new = one.metrics.estimates["auc"], two.metrics.estimates["auc"]
            assert (new.value, new.low, new.high) == (old.value, old.low, old.high)
            assert new.note != "of old"


def test_a_figure_that_no_metric_here_makes_stays(
    folder: Path, rejudged: Callable[[], tuple[int, int]]
) -> None:
    packed = read_packed(folder)
    strange = Estimate(0.5, note="by a plugin that is not here")
    for one in packed:
        if one.metrics:
            one.metrics.estimates["strange"] = strange
    write_packed(folder, packed)
    assert rejudged() == (0, 4)
    left = [one.metrics.estimates["strange"] for one in read_packed(folder) if one.metrics]
    assert left == [strange] * 3


def test_a_report_is_checked_or_judged_anew(folder: Path, tmp_path: Path) -> None:
    arguments = ["--check", str(folder), "--rejudge", str(folder)]
    ran = CliRunner().invoke(report, arguments, standalone_mode=False)
    assert isinstance(ran.exception, RequestError)
    (tmp_path / "empty").mkdir()
    ran = CliRunner().invoke(report, ["--rejudge", str(tmp_path / "empty")], standalone_mode=False)
    assert "no report in it" in str(ran.exception)
