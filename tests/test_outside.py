"""Results of other tools: what is taken, what is refused, and how a report marks it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from test_report import rows
from toys import Workplace

from bench.api.errors import InputError, RequestError
from bench.api.scores import Counts, Scored
from bench.cli.outside import command
from bench.comparison.comparable import demand_comparable
from bench.comparison.table import compare
from bench.outside.importing import import_counts, import_predictions
from bench.outside.predictions import Claim
from bench.report.event_sets import event_sets
from bench.report.markdown import table
from bench.report.page import write_report
from bench.report.sections.everything import standard
from bench.report.sections.printed import misprints
from bench.running.judging import Judges, judge
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

HEAD = "model,dataset,true_signal,signal,true_background,background"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace.at(tmp_path)


@pytest.fixture
def own(place: Workplace) -> Run:
    request = RunRequest(plugin="cut", dataset="toy")
    return run(request, place.registry, place.home, place.store, place.context)[0]


def predictions(own: Run, file: Path, **changes: object) -> Path:
    scored = own.scored()
    columns = {"event": own.events(), "score": scored.score, "label": scored.y} | changes
    frame = pd.DataFrame({name: value for name, value in columns.items() if value is not None})
    shuffled = frame.sample(frac=1, random_state=0)
    if file.suffix == ".parquet":
        shuffled.to_parquet(file)
    else:
        shuffled.to_csv(file, index=False)
    return file


def import_run(place: Workplace, file: Path, model: str = "theirs") -> Run:
    claim = Claim(file, model, "toy", source="a paper")
    return import_predictions(claim, place.registry, place.home, place.store, place.context)


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet"])
def test_predictions_are_judged_like_a_run_of_ones_own(
    place: Workplace, own: Run, tmp_path: Path, name: str
) -> None:
    theirs = import_run(place, predictions(own, tmp_path / name))
    assert theirs.metrics().estimates["auc"] == own.metrics().estimates["auc"]
    assert theirs.scored().mass.tolist() == own.scored().mass.tolist()
    demand_comparable(own, theirs)
    assert "AUC: not separable" in compare(own, theirs)
    (events,) = event_sets([own, theirs])
    assert events.title == "toy (twin), test natural @1562"
    assert len(events.settings) == 2


def test_events_by_their_place_in_the_file(place: Workplace, own: Run, tmp_path: Path) -> None:
    from toys import Toy

    source = Toy().open(None, None, place.context)
    every = Toy().table(source, place.context).ids.tolist()
    places = [every.index(event) for event in own.events().tolist()]
    file = predictions(own, tmp_path / "scores.csv", event=None, index=places, label=None)
    assert import_run(place, file).metrics().estimates["auc"] == own.metrics().estimates["auc"]


def test_bringing_the_same_file_again_changes_nothing(
    place: Workplace, own: Run, tmp_path: Path
) -> None:
    file = predictions(own, tmp_path / "scores.csv")
    assert import_run(place, file).name == import_run(place, file).name
    assert len(list(place.store.runs())) == 2


def test_an_event_without_an_answer_stays_one(place: Workplace, own: Run, tmp_path: Path) -> None:
    score = own.scored().score.copy()
    score[:7] = np.nan
    file = predictions(own, tmp_path / "scores.csv", score=score)
    assert import_run(place, file).metrics().counts.unjudged == 7


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": 1.5}, "scores outside 0 to 1"),
        ({"score": None}, "no column 'score'"),
        ({"event": None}, "no column 'event' or 'index'"),
        ({"event": 12345}, "are not the dataset's"),
        ({"event": -1}, "not a whole number"),
        ({"event": None, "index": 0}, "more than once"),
        ({"event": None, "index": 10**9}, "are not the dataset's"),
        ({"label": 1}, "are the rows shifted"),
        ({"score": "high"}, "column 'score'"),
    ],
)
def test_predictions_that_make_no_sense_are_refused(
    place: Workplace, own: Run, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    file = predictions(own, tmp_path / "scores.csv", **changes)
    with pytest.raises(InputError, match=message):
        import_run(place, file)
    assert len(list(place.store.runs())) == 1


def counts(place: Workplace, file: Path, *lines: str, head: str = HEAD) -> list[Run]:
    file.write_text("\n".join(["# from a paper", head, *lines]))
    return import_counts(file, place.registry, place.store)


def test_counts_give_the_figures_of_decisions_and_no_other(
    place: Workplace, tmp_path: Path
) -> None:
    (imported,) = counts(place, tmp_path / "c.csv", "theirs,rd,653,750,6794,7250")
    estimates = imported.metrics().estimates
    assert estimates["f1_signal"].value == pytest.approx(2 * 653 / (653 + 456 + 750))
    assert estimates["accuracy"].value == pytest.approx(7447 / 8000)
    assert estimates["sic"].value == pytest.approx(653 / 750 / (456 / 7250) ** 0.5)
    for name in ("auc", "max_sic", "rejection_0.5", "tpr_at_fpr_0.01", "log_loss", "brier"):
        assert estimates[name].value is None
        assert "bare decisions" in estimates[name].note
    (row,) = rows(table(standard([imported])))
    assert row["fitted on"].startswith("not known (")
    assert "lacks scores, events, the train sample" in table(standard([imported]))


def test_counts_are_a_row_an_outcome_and_judged_as_the_events_would_be(
    place: Workplace, tmp_path: Path
) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(f"{HEAD},unjudged_signal\ncut,rd,700,1000,900000,990000,20\n")
    (counted,) = import_counts(file, place.registry, place.store)
    tallied = counted.scored()
    assert (len(tallied.y), tallied.tallied) == (5, True)
    assert tallied.weights.sum() == 991000
    each = tallied.weights.astype(int)
    y, score = np.repeat(tallied.y, each), np.repeat(tallied.score, each)
    events = Scored(y, score, np.ones(len(y)), threshold=0.5, bare=True)
    assert judge(Judges.of(place.registry).metrics, events) == counted.metrics()


def test_counts_of_earlier_benches_a_row_an_event_are_read_as_they_were() -> None:
    y = np.array([1, 1, 1, 0, 0], np.int8)
    score = np.array([1, 0, np.nan, 0, 1.0])
    usual = Scored(y, score, np.ones(5), threshold=0.5, bare=True)
    assert replace(usual, tallied=True).counts() == usual.counts() == Counts(1, 1, 1, 1, 1, 0)


def test_counts_alone_cannot_be_compared_event_by_event(place: Workplace, tmp_path: Path) -> None:
    one, other = counts(place, tmp_path / "c.csv", "a,rd,6,11,70,79", "b,rd,7,11,71,79")
    with pytest.raises(RequestError, match="counts alone"):
        demand_comparable(one, other)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,rd,7,6,1,2", "row 1: 7 of 6 signal"),
        ("a,rd,-1,6,1,2", "true_signal is '-1'"),
        ("a,rd,1.5,6,1,2", "wanted a whole number"),
        ("a,rd,0,0,0,0", "no events"),
        (",rd,1,6,1,2", "no model"),
        ("a,rd,1,6,1", "no background"),
    ],
)
def test_counts_that_make_no_sense_are_refused(
    place: Workplace, tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        counts(place, tmp_path / "c.csv", line)
    assert not list(place.store.runs())


def test_an_unknown_column_is_refused_with_the_one_that_was_meant(
    place: Workplace, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="did you mean options"):
        counts(place, tmp_path / "c.csv", "a,rd,1,6,1,2,x", head=f"{HEAD},option")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,a\n1,2\n", b"model\n"])
def test_a_file_that_is_no_table_is_one_line(
    place: Workplace, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        import_counts(file, place.registry, place.store)
    assert "\n" not in str(caught.value)


def test_points_on_one_roc_are_said_to_be_so(place: Workplace, tmp_path: Path) -> None:
    from scipy.stats import norm

    lines = []
    for cut in (0.2, 0.6, 1.0, 1.4, 1.8):
        signal, background = round(2000 * norm.sf(cut - 2)), round(5000 * norm.cdf(cut))
        lines.append(f"m{cut},rd,{signal},2000,{background},5000")
    imported = counts(place, tmp_path / "c.csv", *lines)
    page = write_report(imported, tmp_path / "report", blank=True).read_text()
    assert "5 operating points on one ROC" in page
    assert "AUC 0.92" in page
    assert "Of 10 pairs, separable at 95 %" in page
    off = counts(place, tmp_path / "d.csv", *lines, "off,rd,1000,2000,4000,5000")
    assert "Not on it: off of" in write_report(off, tmp_path / "off", blank=True).read_text()


def test_printed_figures_are_computed_again(place: Workplace, tmp_path: Path) -> None:
    head = f"{HEAD},printed_f1_signal,printed_f1_background,printed_accuracy"
    imported = counts(
        place,
        tmp_path / "c.csv",
        "right,rd,653,750,6794,7250,0.70,0.96,0.930875; 0.93",
        "recall,rd,653,750,6794,7250,0.87,0.96,0.931",
        "swapped,rd,653,750,6794,7250,0.96,0.70,0.931",
        head=head,
    )
    page = write_report(imported, tmp_path / "report", blank=True).read_text()
    assert "Of 10 printed figures 7 follow from the counts printed beside them, 3 do not." in page
    slips = rows(
        "\n".join(
            page.partition("## Printed figures, computed again")[2]
            .partition("## All")[0]
            .splitlines()
        )
    )
    explained = {(row["model"], row["figure"]): row["what it is"] for row in slips}
    assert explained == {
        ("recall", "f1 signal"): "the recall signal",
        ("swapped", "f1 signal"): "swapped with f1 background",
        ("swapped", "f1 background"): "swapped with f1 signal",
    }


def test_a_printed_figure_of_no_known_name_is_told() -> None:
    (slip,) = misprints({"mystery": "0.5"}, {})
    assert slip.meant == "no figure of the bench"


def test_the_command_tells_counts_from_predictions(
    place: Workplace, own: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    runs = ["--runs", str(place.store.root)]
    file = predictions(own, tmp_path / "s.csv")
    with pytest.raises(RequestError, match="--model NAME and --dataset NAME"):
        CliRunner().invoke(command, [str(file), *runs], catch_exceptions=False)
    named = [str(file), "--model", "theirs", "--dataset", "toy", *runs]
    ran = CliRunner().invoke(command, named, catch_exceptions=False)
    assert "theirs on toy (twin), test split, natural @1562" in ran.output
    assert "| AUC " in ran.output
    assert "not known: the train sample" in ran.output
    (tmp_path / "c.csv").write_text(f"{HEAD}\na,rd,1,6,1,2\n")
    ran = CliRunner().invoke(command, [str(tmp_path / "c.csv"), *runs], catch_exceptions=False)
    assert "a on rd (official) natural @8; not known: scores, events" in ran.output
    with pytest.raises(RequestError, match="in columns of their own"):
        CliRunner().invoke(
            command, [str(tmp_path / "c.csv"), "--model", "b", *runs], catch_exceptions=False
        )
