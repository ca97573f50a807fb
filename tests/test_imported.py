"""Imported scores are looked at like anyone's: what is said of each mistake, and where."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from outside_scores import (
    Change,
    another_models,
    half_of_signal,
    hard,
    import_scores,
    in_use,
    newest,
    outcomes,
    turned,
    unsure,
    with_a_run,
    with_whole_dataset,
)
from toys import Workplace

from bench.api.errors import InputError, RequestError
from bench.cli.doctor import command as doctor
from bench.cli.list import command as listing
from bench.cli.outside import command as bring
from bench.comparison.comparable import demand_comparable
from bench.comparison.groups import scores_key
from bench.report.markdown import markdown
from bench.report.sections.everything import standard
from bench.report.sections.guarded import guarded
from bench.storage.record import RunRecord
from bench.storage.store import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


@pytest.fixture
def own(place: Workplace) -> Run:
    return next(place.store.runs())


@pytest.fixture
def frame(own: Run) -> pd.DataFrame:
    return another_models(own)


MISTAKES: dict[str, tuple[Change, dict[str, str], str]] = {
    "nothing wrong": (lambda f: f, {}, ""),
    "turned round": (turned, {"B061": "void"}, "the wrong way round; bring 1 - score"),
    "turned round, cut": (lambda f: turned(hard(f)), {"B061": "void", "B066": "warn"}, "B061"),
    "turned round, of eleven signal events": (
        lambda f: turned(pd.concat([f[f.label == 0], f[f.label == 1].sample(11, random_state=1)])),
        {"B061": "void", "B065": "warn"},
        "the wrong way round; bring 1 - score",
    ),
    "no answers": (
        lambda f: f.assign(score=np.nan),
        {"B068": "void"},
        "none of 1562 events has an answer",
    ),
    "some without an answer": (
        unsure,
        {"B060": "warn"},
        "157 of 1562 events have no answer",
    ),
    "decisions": (hard, {"B066": "warn"}, "every score is 0 or 1: decisions"),
    "decisions, some without an answer": (
        lambda f: unsure(hard(f)),
        {"B060": "warn", "B066": "warn"},
        "every score is 0 or 1: decisions",
    ),
    "decisions of other values": (
        lambda f: f.assign(score=np.where(f.score >= 0.5, 0.4, 0.1)),
        {"B066": "warn"},
        "every score is 0.1 or 0.4: decisions, never ranked against scores; "
        "the threshold 0.5 is not between them",
    ),
    "constant": (
        lambda f: f.assign(score=0.3),
        {"B066": "warn"},
        "every score is 0.3: nothing to rank by",
    ),
    "rounded": (
        lambda f: f.assign(score=(4 * f.score).round() / 4),
        {"B066": "warn"},
        "5 different scores in 1562 events",
    ),
    "chance": (
        lambda f: f.assign(score=np.random.default_rng(1).uniform(size=len(f))),
        {"B062": "warn"},
        "on the evaluated events: chance",
    ),
    "rows of scores shifted": (
        lambda f: f.assign(score=f.score.sample(frac=1, random_state=1).to_numpy()),
        {"B062": "warn"},
        "on the evaluated events: chance",
    ),
    "events missing": (
        lambda f: f.drop(f.sample(200, random_state=1).index),
        {"B065": "warn"},
        "200 of the 1562 events of test natural @1562",
    ),
    "the last events missing": (
        lambda f: f.head(1301),
        {"B065": "warn"},
        "261 of the 1562 events of test natural @1562",
    ),
    "half of the signal missing": (half_of_signal, {"B065": "warn"}, "signal and 0 background"),
    "all of the signal but 11 missing": (
        lambda f: pd.concat([f[f.label == 0], f[f.label == 1].sample(11, random_state=1)]),
        {"B065": "warn"},
        "signal and 0 background",
    ),
    "no answer of signal at all": (
        lambda f: f.assign(score=f.score.where(f.label == 0)),
        {"B060": "warn"},
        "have no answer, 781 signal and 0 background",
    ),
    "the events that were trained on, too": (
        with_whole_dataset,
        {"B067": "warn"},
        "are of the train or valid split; whether the model was trained on them is not known",
    ),
}


@pytest.mark.parametrize(("change", "codes", "message"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_said_at_import_and_stays_with_the_record(
    place: Workplace, frame: pd.DataFrame, change: Change, codes: dict[str, str], message: str
) -> None:
    said = import_scores(place, change(frame))
    done = newest(place)
    assert outcomes(done) == codes
    assert message in said.output
    assert sum(line.startswith("B0") for line in said.stdout.splitlines()) == len(codes)
    assert ("| AUC " in said.stdout) is ("not known: the train sample" in said.stdout) is True
    void = "void" in codes.values()
    assert (done.record.status, said.return_value) == (("void", 3) if void else ("ok", 0))
    runs = list(place.store.runs())
    shown = markdown([standard(runs), *guarded(runs)])
    for code, outcome in codes.items():
        lines = [line for line in shown.splitlines() if code in line]
        assert f"({outcome})" in lines[0] or "void: " in lines[0]  # at its row of the table
        assert "| theirs" in lines[-1]  # among what the guards found


def test_one_file_under_two_names_is_one_result(place: Workplace, frame: pd.DataFrame) -> None:
    import_scores(place, frame, "first")
    said = import_scores(place, frame, "second")
    first = newest(place, "first")
    assert f"the very scores of first (run {first.name}), under another name" in said.output
    assert outcomes(newest(place, "second")) == {"B063": "warn"}
    again = import_scores(place, frame, "first", "--threshold", "0.4")
    assert "B063" in again.output  # of the second name, and not of its own
    assert "first (run" not in again.output


@pytest.mark.parametrize(
    ("first", "second"),
    [(hard, hard), (unsure, unsure), (lambda f: f, lambda f: f.assign(score=f.score.round(7)))],
    ids=["decisions", "some without an answer", "written with fewer digits"],
)
def test_equal_results_of_another_kind_are_seen_to_be_equal(
    place: Workplace, frame: pd.DataFrame, first: Change, second: Change
) -> None:
    import_scores(place, first(frame), "first")
    import_scores(place, second(frame), "second")
    assert "B063" in outcomes(newest(place, "second"))


def test_the_scores_of_a_run_of_ones_own_are_known(
    place: Workplace, own: Run, frame: pd.DataFrame
) -> None:
    said = import_scores(place, frame.assign(score=own.scored().score))
    assert f"the very scores of cut, seed 0 (run {own.name}), under another name" in said.output


def test_what_is_let_through_is_marked(place: Workplace, own: Run, frame: pd.DataFrame) -> None:
    voided = import_scores(place, turned(frame))
    assert voided.return_value == 3
    assert "`bench doctor" in voided.stderr
    with pytest.raises(RequestError, match="is void: B061 inverted"):
        demand_comparable(own, newest(place))
    said = import_scores(place, turned(frame), "let-through", "--allow", "B061")
    assert said.return_value == 0
    assert "B061 inverted (allowed)" in said.output
    done = newest(place, "let-through")
    assert (done.record.status, outcomes(done)) == ("ok", {"B061": "allowed"})
    demand_comparable(own, done)
    assert "| let-through ✗" in markdown([standard([done])])
    with pytest.raises(RequestError, match="no guard has that code"):
        import_scores(place, frame, "theirs", "--allow", "B999")


def test_the_doctor_says_who_looked_and_who_could_not(
    place: Workplace, frame: pd.DataFrame
) -> None:
    import_scores(place, turned(frame))
    ran = CliRunner().invoke(doctor, [newest(place).name], standalone_mode=False)
    assert ran.return_value == 3
    assert "B061 inverted: void" in ran.output
    assert "the wrong way round; bring 1 - score" in ran.output
    assert "looked: B060 unanswered, B061 inverted, B062 chance, B063 identical" in ran.output
    assert "could not look, as the train sample is not known: B001" in ran.output
    assert "could not look, as the model is not here: " in ran.output
    assert "could not look, as scores of a valid split are not known: B064" in ran.output
    import_scores(place, frame, "sound")
    ran = CliRunner().invoke(doctor, [newest(place, "sound").name], standalone_mode=False)
    assert "8 guards looked and found nothing" in ran.output
    listed = CliRunner().invoke(listing, ["runs"]).output
    assert "void" in next(line for line in listed.splitlines() if line.endswith("theirs"))


def test_of_bare_counts_the_doctor_says_why_nobody_looked(place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    head = "model,dataset,true_signal,signal,true_background,background"
    file.write_text(f"{head}\na,rd,1,6,1,2\n")
    CliRunner().invoke(bring, [str(file)], catch_exceptions=False)
    ran = CliRunner().invoke(doctor, [newest(place, "a").name], standalone_mode=False)
    assert "of bare counts no event and no score is known" in ran.output
    with pytest.raises(RequestError, match="no guard looks at counts"):
        CliRunner().invoke(bring, [str(file), "--allow", "B061"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(score=100 * f.score), "percent, divide by 100"),
        (lambda f: f.assign(score=np.log(f.score / (1 - f.score) + 0.1)), "logits x"),
        (lambda f: f.assign(score=np.log(f.score + 1e-9) - 1), "if logarithms, exp"),
        (lambda f: f.assign(score=f.score.where(f.index % 9 > 0, -1)), "if -1 stands for no ans"),
        (lambda f: f.assign(score=f.score.where(f.index % 9 > 0, 999)), "if 999 stands for no ans"),
        (lambda f: f.assign(score=np.where(f.label == 1, "signal", "no")), "of decisions 0 and 1"),
        (lambda f: f.assign(label=1 - f.label), "is 1 background"),
        (lambda f: pd.concat([f, f.head(3)]), "3 of 1565 events are there more than once"),
    ],
)
def test_a_file_that_is_refused_is_told_what_it_may_be(
    place: Workplace, frame: pd.DataFrame, change: Change, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        import_scores(place, change(frame))
    assert len(list(place.store.runs())) == 1


def test_a_record_of_before_is_read_and_says_nothing_of_decisions(own: Run) -> None:
    written = json.loads((own.folder / "run.json").read_bytes())
    assert written.pop("decisions") is False
    assert written.pop("seal")
    old = msgspec.convert(written, RunRecord)
    assert old == own.record


def test_one_file_at_two_thresholds_is_one_model(place: Workplace, frame: pd.DataFrame) -> None:
    import_scores(place, frame)
    import_scores(place, frame, "theirs", "--threshold", "0.3")
    first, second = (run for run in place.store.runs() if run.record.outside)
    assert first.name != second.name
    assert scores_key(first) == scores_key(second)
