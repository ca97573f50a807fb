"""The comparison report: one table from the store alone, figures beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toys import Workplace

from bench.api.errors import RequestError
from bench.api.scores import Estimate
from bench.metrics.format import figure, number, p_value
from bench.report.markdown import table
from bench.report.page import write_report
from bench.report.sections.everything import decisions, standard, views_of
from bench.report.sections.single import run_block
from bench.running.failures import RunFailedError
from bench.running.pipeline import run
from bench.storage.report_contents import Contents
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store

REQUEST = RunRequest(plugin="cut", dataset="toy")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace.at(tmp_path)
    changes = (
        {},
        {"permute": "numbers"},
        {"ratio": "1:10", "events": 220},
        {"options": {"breaks": "1"}, "allow": ("B033",)},
    )
    for change in changes:
        try:
            request = replace(REQUEST, **change)
            run(request, place.registry, place.home, place.store, place.context)
        except RunFailedError:
            assert "breaks" in change.get("options", {})
    return place


def comparison(runs: list[Run]) -> str:
    return table(standard(runs))


def rows(table: str) -> list[dict[str, str]]:
    lines = [line for line in table.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heading, _, *body = cells
    assert all(len(row) == len(heading) for row in body)
    return [dict(zip(heading, row, strict=True)) for row in body]


def test_one_table_holds_every_run(place: Workplace) -> None:
    lines = rows(comparison(list(place.store.runs())))
    assert len(lines) == 4
    assert {row["dataset"] for row in lines} == {"toy (twin)"}
    assert {row["numbers"] for row in lines} == {"on", "permuted"}
    assert {row["texts"] for row in lines} == {"-"}


def test_rows_on_the_same_events_say_so(place: Workplace) -> None:
    lines = rows(comparison(list(place.store.runs())))
    large = {row["events"] for row in lines if row["sample"].startswith("test 1:1 @")}
    small = {row["events"] for row in lines if row["sample"].startswith("test 1:10")}
    natural = {row["events"] for row in lines if row["sample"].startswith("test natural")}
    assert len(large | natural) == 1
    assert small.isdisjoint(large | natural)


def test_figures_have_intervals_and_few_signal_events_a_mark(place: Workplace) -> None:
    text = comparison(list(place.store.runs()))
    (small,) = [row for row in rows(text) if row["sample"].startswith("test 1:10")]
    assert "[" in small["AUC"]
    assert "(" in small["sample"]
    assert "20 signal events, fewer than 30" in text


def test_a_failed_run_keeps_its_row_and_its_reason(place: Workplace) -> None:
    text = comparison(list(place.store.runs()))
    assert len([row for row in rows(text) if row["AUC"].startswith("–")]) == 1
    assert "ZeroDivisionError: on purpose" in text


def test_a_damaged_run_is_a_row_that_says_so(place: Workplace, tmp_path: Path) -> None:
    broken = next(r for r in place.store.runs() if r.record.status == "ok")
    (broken.folder / "metrics.json").write_text("{}")
    (broken.folder / "scores.parquet").write_bytes(b"")
    assert (
        "is not what was sealed"
        in write_report(place.store.pick([]), tmp_path, blank=True).read_text()
    )
    text = comparison(list(place.store.runs()))
    assert len(rows(text)) == 4
    assert "is not what was sealed" in text


def test_an_unreadable_record_is_left_out_with_a_warning(
    place: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    broken = next(iter(place.store.runs()))
    (broken.folder / "run.json").write_text("{")
    assert len(list(place.store.runs())) == 3
    assert "cannot be read" in caplog.text


def test_the_report_is_two_pages_with_figures_and_tables(place: Workplace, tmp_path: Path) -> None:
    page = write_report(list(place.store.runs()), tmp_path / "report")
    text = page.read_text()
    figures = sorted((page.parent / "figures").iterdir())
    assert {f.stem.partition("-")[0] for f in figures} == {
        *("forest", "pairs", "roc", "sic", "cost", "scores", "calibration", "sculpting"),
        "history",
    }
    for figure_ in figures:
        assert f"(figures/{figure_.name})" in text
        assert figure_.read_bytes().startswith(b"\x89PNG")
    assert {f.suffix for f in (page.parent / "tables").iterdir()} == {".csv", ".tex"}
    anew = sum(f.name.startswith(("roc-", "sic-", "scores-")) for f in figures)
    web = (page.parent / "report.html").read_text()
    assert web.count("<img alt") == len(figures) - anew  # a page draws these of their data
    assert web.count('<section class="charts"') == anew / 3 > 0


def test_the_same_runs_give_the_same_bytes(place: Workplace, tmp_path: Path) -> None:
    contents = Contents("Twice", decisions=True, blocks=True)
    for name in ("one", "two"):
        write_report(list(place.store.runs()), tmp_path / name, contents)
    files = [p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()]
    assert len(files) > 10
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_what_an_earlier_report_left_is_gone(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "old.csv").write_text("x")
    write_report(list(place.store.runs()), tmp_path, blank=True)
    assert not (tmp_path / "tables" / "old.csv").exists()


def test_decisions_and_blocks_are_there_on_demand(place: Workplace, tmp_path: Path) -> None:
    runs = list(place.store.runs())
    plain = write_report(runs, tmp_path / "plain", blank=True).read_text()
    full = write_report(
        runs, tmp_path / "full", Contents(decisions=True, blocks=True), blank=True
    ).read_text()
    assert "F1 signal" not in plain
    assert full.count("f1-score") == 3  # the fourth run failed
    lines = rows(table(decisions(runs)))
    assert {" of " in row["correct signal"] for row in lines if row["accuracy"] != "–"}
    good = next(run for run in runs if run.record.status == "ok")
    accuracy = good.metrics().estimates["accuracy"].value
    assert f"accuracy{'':>22}{accuracy:>10.2f}" in full


def test_the_report_reads_only_the_store(place: Workplace, tmp_path: Path) -> None:
    (place.home.data / "toy.txt").unlink()
    assert write_report(place.store.pick([]), tmp_path / "report", blank=True).is_file()


def test_no_run_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no runs to report"):
        write_report([], tmp_path)


def test_runs_are_picked_by_either_end_of_their_name(place: Workplace) -> None:
    one = next(iter(place.store.runs()))
    assert place.store.pick([one.name[-12:]])[0].name == one.name
    assert place.store.pick([str(one.folder)])[0].name == one.name
    with pytest.raises(RequestError, match="no run called"):
        place.store.pick(["zzz"])
    with pytest.raises(RequestError, match="runs called"):
        place.store.pick(["20"])


def test_the_block_of_a_run_has_every_figure(place: Workplace) -> None:
    done = next(
        r for r in place.store.runs() if r.record.status == "ok" and "ratio" not in r.record.request
    )
    text = run_block(done)
    assert done.name in text
    assert {"AUC", "max SIC", "SIC", "accuracy", "no answer"} <= {
        row["figure"] for row in rows(text)
    }
    assert "fewer than 30" not in text
    request = replace(REQUEST, ratio="1:10", events=220)
    few, _ = run(request, place.registry, place.home, place.store, place.context)
    assert "20 signal events, fewer than 30: hardly anything" in run_block(few)


def test_another_threshold_is_an_option_in_the_table_of_all_runs(place: Workplace) -> None:
    request = replace(REQUEST, threshold="fpr=0.1")
    other, _ = run(request, place.registry, place.home, place.store, place.context)
    (row,) = rows(comparison([other]))
    assert row["options"] == "threshold fpr=0.1"
    assert "(fpr=0.1, of the valid split)" in run_block(other)


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0244, "0.024"), (3.14e-7, "3.1e-07"), (0.0, "under 1e-16"), (float("nan"), "–")],
)
def test_p_values_as_text(p: float, text: str) -> None:
    assert p_value(p) == text


def test_two_claims_of_one_run_get_a_folder_each(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = (store.claim("2026-01-02T03:04:05Z", "abc" * 20) for _ in range(2))
    assert first.name == "20260102T030405Z-abcabcabcabc"
    assert second.name == first.name + "-1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.98765, "0.988"),
        (10.234, "10.2"),
        (3585.2, "3585"),
        (0.00012, "0.000"),
        (None, "–"),
        (-2.5, "-2.50"),
    ],
)
def test_numbers_as_text(value: float | None, text: str) -> None:
    assert number(value) == text


def test_an_interval_without_an_upper_end_is_open() -> None:
    assert figure(Estimate(12.0, 3.0, None)) == "12.0 [3.00, ∞]"
    assert figure(Estimate(None, note="why")) == "–"


def test_a_view_of_any_name_has_a_column(place: Workplace) -> None:
    done = next(place.store.runs())
    of_particles = replace(done, record=replace(done.record, views=["particles"]))
    assert views_of([done]) == ["texts", "numbers"]
    assert views_of([done, of_particles]) == ["texts", "numbers", "particles"]
    permuted = replace(of_particles.record, permuted="particles")
    assert (permuted.view("particles"), permuted.view("numbers")) == ("permuted", "-")
    assert "cut, particles permuted" in permuted.title
