"""What was found of explanations has a section in reports, and goes where their runs go."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from talkers import Talker, done
from toys import Workplace

from bench.explaining.events import drawn_rows, examples, explain_events
from bench.explaining.judge import judge
from bench.explaining.subject import open_subject
from bench.report.page import PAGE, WEB, write_report
from bench.storage.archive import pack, unpack
from bench.storage.explanations_file import FOLDER, JudgedExplanations, write_explanations
from bench.storage.report_contents import PLAIN
from bench.storage.store import Run, Store


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    made = Workplace.at(tmp_path_factory.mktemp("place"))
    made.add(Talker)
    return made


def judged(place: Workplace, manner: str, control: str = "") -> Run:
    run = done(place, manner)
    subject = open_subject(run, place.registry, place.home, place.context)
    explained = explain_events(subject, drawn_rows(subject.evaluated, 40), None)
    made = judge(subject, explained)
    figures = dict(made.figures)
    beside = figures if control else {}
    judged = JudgedExplanations(40, figures, made.void, control, beside, tuple(examples(explained)))
    write_explanations(run.folder, judged)
    assert run.explanations() == judged
    return run


def test_a_report_says_how_far_explanations_are_to_be_believed(
    place: Workplace, tmp_path: Path
) -> None:
    true, garbled = judged(place, "true", control="another"), judged(place, "garbled")
    page = write_report([true, garbled], tmp_path / "report", blank=True).read_text()
    section = page.partition("\n## Explanations\n")[2].partition("\n## ")[0]
    assert "numbers right" in section
    assert "control: another" in section
    assert "**void**: 100.0% cannot be read to their end" in section
    assert "mass is" in section
    assert r"\<b>\$x\$" in section
    assert "<b>$x$" not in (tmp_path / "report" / WEB).read_text().partition("Explanations")[2]
    assert (tmp_path / "report" / "tables" / "explanations.csv").is_file()


def test_without_a_look_at_them_there_is_no_section(place: Workplace, tmp_path: Path) -> None:
    run = done(place, "parrot")
    assert run.explanations() is None
    assert "## Explanations" not in write_report([run], tmp_path / "report", blank=True).read_text()


def test_packed_runs_take_them_along(place: Workplace, tmp_path: Path) -> None:
    run = judged(place, "true")
    page = write_report([run], tmp_path / "report")
    pack([run], PLAIN, tmp_path / "report")
    store = Store(tmp_path / "elsewhere")
    (back,) = unpack(tmp_path / "report", store)
    assert back.explanations() == run.explanations()
    again = write_report([back], tmp_path / "again")
    assert again.name == PAGE
    assert again.read_bytes() == page.read_bytes()
    assert [one.name for one in store.runs()] == [run.name]  # what lies beside runs is none


def test_a_damaged_file_is_left_out_by_name(
    place: Workplace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = judged(place, "wrong")
    file = run.folder.parent / FOLDER / f"{run.name}.json"
    file.write_text(file.read_text()[:-20])
    with caplog.at_level(logging.WARNING):
        page = write_report([run], tmp_path / "report", blank=True).read_text()
    assert "## Explanations" not in page
    assert file.name in caplog.text
