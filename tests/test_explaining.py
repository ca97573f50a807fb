"""Explanations are shown as they are, and judged by what they say of their events."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from talkers import FittedTalker, Talker, done
from toys import Workplace

from bench import Claim, Column
from bench.api.errors import InputError, RequestError
from bench.cli.explain import command
from bench.explaining.checking import Facts, last_digit
from bench.explaining.events import drawn_rows, explain_events, rows_of
from bench.explaining.judge import (
    AGAINST,
    ANSWER,
    CHOICE,
    DIRECTION,
    DISTINCT,
    FREE,
    MATCHED,
    RATIO,
    READ,
    RIGHT,
    SHUFFLED,
    SIDE,
    Judgement,
    judge,
)
from bench.explaining.shuffling import moves
from bench.explaining.subject import Subject, open_subject
from bench.exporting.folder import export
from bench.exporting.loading import load_exported
from bench.storage.store import Run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    made = Workplace.at(tmp_path_factory.mktemp("place"))
    made.add(Talker)
    return made


def subject_of(place: Workplace, run: Run) -> Subject:
    return open_subject(run, place.registry, place.home, place.context)


def judged(place: Workplace, manner: str, events: int = 120) -> Judgement:
    subject = subject_of(place, done(place, manner))
    return judge(subject, explain_events(subject, drawn_rows(subject.evaluated, events), None))


def value(judgement: Judgement, name: str) -> float:
    return judgement.figures[name].value or 0.0


def test_what_is_true_of_each_event_is_found_to_be(place: Workplace) -> None:
    made = judged(place, "true")
    assert not made.void
    assert [value(made, name) for name in (READ, RIGHT, FREE, DIRECTION, ANSWER)] == [1.0] * 5
    assert value(made, AGAINST) == 0.0
    assert value(made, MATCHED) > 0.9
    assert value(made, SIDE) > 0.8
    shuffled = made.figures[SHUFFLED]
    assert shuffled.low is not None
    assert shuffled.low < 0.1 < (shuffled.high or 0.0)
    ratio = made.figures[RATIO]
    assert ratio.low is not None
    assert ratio.low > 3
    assert {figure.method for figure in made.figures.values()} == {"Clopper-Pearson", "bootstrap"}
    assert value(made, DISTINCT) > 0.95


def test_what_plays_no_part_is_found_to_play_none(place: Workplace) -> None:
    made = judged(place, "beside")
    assert (made.figures[RATIO].high or 9.0) < 0.5
    choice = made.figures[CHOICE]  # every text names the same feature
    assert choice.value == choice.low == choice.high == 1.0


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        ("parrot", "do not depend on the event"),
        ("answer", r"do not depend on the event: .* among 10 with the same answer"),
        ("wrong", "quote numbers that are not there: 100.0%"),
        ("contrary", "contradict the answer: 100.0%"),
        ("garbled", "no explanation has a claim|quote numbers that are not there"),
    ],
)
def test_what_is_worth_nothing_is_void(place: Workplace, manner: str, why: str) -> None:
    import re

    assert any(re.search(why, line) for line in judged(place, manner).void)


COLUMNS = (
    Column("m", "GeV", "mass"),
    Column("n", "1", "count"),
    Column("far", "GeV", "of what may be absent", needs="flag"),
    Column("flag", "1", "whether it is there"),
)
FACTS = Facts(COLUMNS, [100.0, 5.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("column", "quoted", "unit", "own", "right"),
    [
        ("m", "3.41", "TeV", 3412.7, True),
        ("m", "3.41", "TeV", 3416.0, False),
        ("m", "3.4", "TeV", 3449.0, True),
        ("m", "3.4", "TeV", 3451.0, False),
        ("m", "3400000", "MeV", 3404.0, True),
        ("m", "1310", "GeV", 1313.0, True),
        ("m", "1310", "GeV", 1316.0, False),
        ("m", "1000", "GeV", 1400.0, False),
        ("m", "412", "GeV", 412.4, True),
        ("m", "412", "GeV", 412.6, False),
        ("m", "412", "", 412.0, False),
        ("m", "412", "rad", 412.0, False),
        ("m", "-0.47", "GeV", -0.474, True),
        ("n", "61", "", 61.0, True),
        ("n", "60", "", 61.0, False),
        ("n", "0", "", 0.0, True),
        ("far", "3", "GeV", 3.0, False),
    ],
)
def test_a_number_is_right_to_the_digits_that_are_quoted(
    column: str, quoted: str, unit: str, own: float, right: bool
) -> None:
    row = [own, own, own, 0.0]
    assert FACTS.is_right(Claim(column, quoted, unit, True), row) is right


def test_last_digits() -> None:
    quoted = {"3.41": 0.01, "1310": 10.0, "412": 1.0, "12000": 100.0, "0": 1.0, "-100": 1.0}
    assert {text: last_digit(text) for text in quoted} == pytest.approx(quoted)


def test_features_come_from_other_events_and_as_many_unnamed_as_named(place: Workplace) -> None:
    subject = subject_of(place, done(place))
    explained = explain_events(subject, drawn_rows(subject.evaluated, 40), None)
    made, again = (moves(subject, explained, 3) for _ in range(2))
    assert np.array_equal(made.named, again.named)
    assert np.isfinite(made.named).all()
    assert np.median(made.named) > 5 * np.median(made.unnamed)
    assert len(made.sides) == 40


def test_events_are_drawn_half_and_half_and_always_the_same(place: Workplace) -> None:
    table = subject_of(place, done(place)).evaluated
    rows = drawn_rows(table, 10)
    assert table.y[rows].sum() == 5
    backward = table.take(np.arange(len(table))[::-1])
    assert set(backward.ids[drawn_rows(backward, 10)]) == set(table.ids[rows])
    events = table.ids[rows].tolist()
    assert rows_of(table, [*events, events[0]]).tolist() == rows.tolist()
    with pytest.raises(RequestError, match="--event 5: no event of the run's evaluated sample"):
        rows_of(table, [5])


def test_what_gives_no_explanations_is_refused_by_name(place: Workplace) -> None:
    with pytest.raises(RequestError, match="cut gives no explanations"):
        subject_of(place, done(place, plugin="cut"))
    mute = subject_of(place, done(place, "mute"))
    with pytest.raises(
        RequestError, match=rf"run {mute.run.name[-12:]}: it was fitted with explain=0"
    ):
        explain_events(mute, np.arange(3), None)
    with pytest.raises(RequestError, match="numbers permuted"):
        subject_of(place, done(place, permute="numbers"))
    good = done(place)
    for record, problem in (
        (replace(good.record, status="void"), "is void: nothing of it is worth explaining"),
        (replace(good.record, fit="gone"), "its fit is gone; `bench run --plugin talker"),
    ):
        with pytest.raises(RequestError, match=problem):
            subject_of(place, Run(good.folder, record))
    assert good.record.sample is not None
    other = replace(good.record, sample=replace(good.record.sample, fingerprint="another"))
    with pytest.raises(InputError, match="its evaluated events are others here by now"):
        subject_of(place, Run(good.folder, other))


def test_an_exported_model_explains_as_its_run_does(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    loaded = {}
    for name, run in {"good": done(place), "mute": done(place, "mute")}.items():
        export(run, tmp_path / name, place.registry, place.home, place.context)
        loaded[name] = load_exported(tmp_path / name)
    subject = subject_of(place, done(place))
    events = subject.evaluated.take(np.arange(70))
    explained = loaded["good"].explain(events)
    assert explained == subject.explain(events, None)
    assert len({one.text for one in explained}) > 1
    frame = pd.DataFrame(dict(zip([c.name for c in events.columns], events.x.T, strict=True)))
    assert loaded["good"].explain(frame) == explained
    with pytest.raises(RequestError, match="fitted with explain=0"):
        loaded["mute"].explain(events)
    export(done(place, plugin="cut"), tmp_path / "cut", place.registry, place.home, place.context)
    with pytest.raises(RequestError, match="cut gives no explanations; a language model"):
        load_exported(tmp_path / "cut").explain(events)


@pytest.fixture
def explain(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))

    def asking(*words: str) -> tuple[int, str]:
        runner, runs = CliRunner(), ["--runs", str(place.store.root)]
        with runner.isolation() as (out, _, _):
            code = command.main([*words, *runs], standalone_mode=False)
        return code or 0, out.getvalue().decode()

    return asking


def test_the_command_shows_numbers_score_answer_and_why(place: Workplace, explain: Any) -> None:
    run = done(place)
    code, page = explain(run.name, "--events", "3")
    assert code == 0
    assert page.count("### Event") == 3
    assert "background's median" in page
    assert explain(run.name)[1].count("### Event") == 10
    assert explain(run.name, "--events", "3")[1] == page
    assert explain(run.name, "--events", "3", "--seed", "4")[1] != page
    code, text = explain(run.name, "--events", "3", "--format", "json")
    made = json.loads(text)
    first = made["events"][0]
    assert first["claims"][0]["number_right"]
    assert first["values"].keys() == {"mass", "noise"}
    known = dict(zip(map(str, run.events()), run.scored().score, strict=True))
    assert first["score"] == known[first["event"]]
    assert len(json.loads(explain(run.name, "--event", first["event"],
                                  "--format", "json")[1])["events"]) == 1  # fmt: skip


def test_the_command_judges_beside_a_control_and_says_what_is_void(
    place: Workplace, explain: Any, tmp_path: Path
) -> None:
    true, parrot, file = done(place), done(place, "parrot"), tmp_path / "why.json"
    words = ("--judge", "--events", "60", "--control", parrot.name)
    code, page = explain(true.name, *words)
    assert code == 0
    assert f"control: {parrot.name}" in page
    assert page.count("### Event") == 10
    code, _ = explain(parrot.name, "--judge", "--events", "60", "-o", str(file))
    assert code == 3
    assert "do not depend on the event" in json.loads(file.read_text())["judgement"]["void"][0]


def test_odd_texts_are_escaped_and_what_cannot_be_read_is_shown(
    place: Workplace, explain: Any
) -> None:
    _, page = explain(done(place, "garbled").name, "--events", "2")
    assert r"**could not be read**: \<b>\$x\$ \| 3 \*\</b> [31m" in page
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--control", "x"], "--control goes with --judge"),
        (["--event", "1", "--events", "3"], "wanted one of them"),
    ],
)
def test_what_does_not_go_together_is_refused(explain: Any, words: list[str], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        explain("any", *words)


def test_who_explains_is_known_by_what_it_can() -> None:
    from bench import Explains

    assert isinstance(FittedTalker("true", [0.0]), Explains)
