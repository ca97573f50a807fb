"""`bench ask`: what is said is read, checked and scored; nothing else is."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from toys import Toy, Workplace

import bench
from bench.api.errors import BenchError, InputError
from bench.asking.ask import understand
from bench.asking.source import MOST
from bench.cli.ask import command
from bench.formatters.rules import Rules
from bench.running.pipeline import run
from bench.running.stored_fit import RANGES
from bench.storage.request import RunRequest
from bench.storage.store import Run

COLUMNS = (bench.Column("mass", "GeV", "tells"), bench.Column("noise", "1", "tells nothing"))


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, Run]:
    place = Workplace.at(tmp_path_factory.mktemp("asking"))
    done, _ = run(
        RunRequest(plugin="cut", dataset="toy"),
        place.registry,
        place.home,
        place.store,
        place.context,
    )
    return place, done


@pytest.fixture
def place(scored: tuple[Workplace, Run], monkeypatch: pytest.MonkeyPatch) -> tuple[Workplace, Run]:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: scored[0].registry)
    monkeypatch.setenv("BENCH_HOME", str(scored[0].home.root))
    return scored


def ask(place: tuple[Workplace, Run], *words: str, given: str | None = None) -> Result:
    store = str(place[0].store.root)
    return CliRunner().invoke(command, [place[1].name, *words, "--runs", store], input=given)


def values(text: str) -> dict[str, float]:
    context = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
    return understand(text, COLUMNS, Toy(), [Rules()], context).values


@pytest.mark.parametrize(
    ("text", "mass"),
    [
        ("mass = 1.5 GeV, noise 0.2", 1.5),
        ("noise 0.2 and a mass of 1500 MeV", 1.5),
        ("noise: 0.2; mass: 1.4e3 GeV", 1400),
        ("the mass is 0.0015 TeV, noise = 0.2", 1.5),
        ("mass 1,5 GeV; noise 0,2", 1.5),
        ("noise 0.2, mass −1.5 GeV", -1.5),
        ("noise 0.2, mass 1.4×10³ GeV", 1400),
        ("noise 0.2, mass 1.4 x 10^3 GeV", 1400),
        ("noise 0.2, 1.5 GeV mass", 1.5),
        ("mass 1,306.5 GeV noise 0.2", 1306.5),
        ('{"noise": 0.2, "mass": 1.5}', 1.5),
        ("mass,noise\n1.5,0.2\n", 1.5),
        ("| noise | mass [MeV] |\n|---|---|\n| 0.2 | 1500 |", 1.5),
        ("measured 2026-11-26 10:15:03 mass 1.5 GeV noise 0.2", 1.5),
    ],
)
def test_a_value_is_read_in_whatever_form(text: str, mass: float) -> None:
    assert values(text) == {"mass": pytest.approx(mass), "noise": pytest.approx(0.2)}


def test_the_words_and_the_score_are_printed(place: tuple[Workplace, Run]) -> None:
    shown = ask(place, "mass = 1.9 GeV and noise 0.3")
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.output.splitlines()]
    assert rows[0] == ["column", "value", "unit", "from"]
    assert rows[1][:3] == ["mass", "1.9", "GeV"]
    assert "mass = 1.9 GeV" in shown.output
    assert "P(signal) = 0." in shown.output
    assert "by cut, seed 0" in shown.output


def test_the_score_is_that_of_the_model(place: tuple[Workplace, Run]) -> None:
    scores = [
        json.loads(ask(place, f"mass {mass} GeV noise 0", "--json").output)["score"]
        for mass in (-2, 0.5, 1, 1.5, 4)
    ]
    assert scores == sorted(scores)
    assert scores[0] < 0.1
    assert scores[-1] > 0.9


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mass = 1.9 GeV", "missing: noise: tells nothing"),
        ("noise 3", "missing: mass, in GeV: tells"),
        ("hello", "missing: mass, in GeV: tells"),
        ("mass 1.9 GeV; mass 2.4 GeV; noise 0", "contradiction: mass is said twice: 1.9"),
        ("mass 1.9 rad, noise 0", "missing: mass"),
        ("mass > 1.9 GeV, noise 0", "note: 1.9: a bound, no value"),
        ("mass between 1 and 2 GeV, noise 0", "no value"),
        ("mass 1-2 GeV, noise 0", "the end of a range"),
        (f"mass {'9' * 400} GeV, noise 0", "400 characters long"),
        ("mass 1e999 GeV, noise 0", "note: 1e999: too large"),
        ("mass ١٣ GeV, noise 0", "missing: mass"),
    ],
)
def test_what_cannot_be_scored_is_said_and_refused(
    place: tuple[Workplace, Run], text: str, line: str
) -> None:
    shown = ask(place, text)
    assert isinstance(shown.exception, InputError), shown.output
    assert line in shown.output
    assert "P(signal)" not in shown.output


def test_an_uncertainty_is_no_value() -> None:
    assert values("mass 1.9 ± 0.2 GeV, noise 0.3") == pytest.approx({"mass": 1.9, "noise": 0.3})


def test_several_events_are_refused() -> None:
    text = "event 1: mass 1.9 GeV, noise 0.3. event 2: mass 0.9 GeV, noise 0.1"
    with pytest.raises(InputError, match="2 events in one text"):
        values(text)
    with pytest.raises(InputError, match="3 events in one text"):
        values("mass noise\n1.0 2.0\n2.0 3.0\n3.0 4.0\n")


def test_a_value_that_no_training_event_had_is_marked(place: tuple[Workplace, Run]) -> None:
    shown = ask(place, "mass = 1900 GeV and noise 0.3")
    assert shown.exit_code == 0
    assert "note: mass = 1900 is outside the train split's range, " in shown.output
    assert "outside" not in ask(place, "mass = 1.9 GeV and noise 0.3").output


@dataclass(frozen=True)
class Masses(bench.Encoder):
    """The first feature alone."""

    name = "masses"
    produces = frozenset({"numbers"})

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, 1)."""
        return {"numbers": table.x[:, :1]}


def test_what_the_model_is_not_given_is_not_missed(place: tuple[Workplace, Run]) -> None:
    workplace = place[0]
    workplace.add(Masses)
    request = RunRequest(plugin="cut", dataset="toy", encoders=("masses",))
    parts = workplace.registry, workplace.home, workplace.store, workplace.context
    done, _ = run(request, *parts)
    shown = ask((workplace, done), "mass = 1.9 GeV")
    assert shown.exit_code == 0, shown.output
    assert "note: not said, and not given to the model: noise" in shown.output
    assert (
        shown.output.splitlines()[-1]
        == ask((workplace, done), "mass = 1.9 GeV, noise 3").output.splitlines()[-1]
    )
    assert isinstance(ask((workplace, done), "noise 3").exception, InputError)


def test_a_fit_of_an_older_bench_knows_no_ranges(place: tuple[Workplace, Run]) -> None:
    from bench.asking.ask import Asked

    workplace, done = place
    subject = Asked.of(done, workplace.registry, workplace.home, workplace.context)
    object.__setattr__(subject.fit, "ranges", {})
    understood = subject.understand("mass 1900 GeV, noise 0", [Rules()], workplace.context)
    assert any("ranges are unknown" in line for line in understood.notices)
    assert (workplace.home.fits / str(done.record.fit) / RANGES).is_file()


def test_words_come_from_a_file_or_standard_input(
    place: tuple[Workplace, Run], tmp_path: Path
) -> None:
    file = tmp_path / "event.txt"
    file.write_text("mass = 1.9 GeV and noise 0.3")
    shown = ask(place, "mass = 1.9 GeV and noise 0.3").output
    assert ask(place, str(file)).output == shown
    assert ask(place, "-", given=file.read_text()).output == shown
    assert ask(place, given=file.read_text()).output == shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"mass 1.9 GeV noise 0 " * 600_000, "more than 64 KiB"),
        (b"mass \xff\xfe", "no text in UTF-8"),
        (b" \n\t", "empty"),
    ],
)
def test_a_text_that_is_none_is_refused(
    place: tuple[Workplace, Run], tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "event.txt").write_bytes(content)
    shown = ask(place, str(tmp_path / "event.txt"))
    assert isinstance(shown.exception, BenchError)
    assert why in str(shown.exception)


def test_what_cannot_be_printed_is_escaped(place: tuple[Workplace, Run]) -> None:
    shown = ask(place, "noise 0.1 \x1b[31mmass\u202e \x1b]0;x\x07= 1.9 GeV")
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.output)


@dataclass(frozen=True)
class Inventor(bench.Formatter):
    """Reads what does not stand in the text."""

    name = "inventor"

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        return [
            bench.Reading("mass", (0, 3)),
            bench.Reading("mass", (5, 8), unit=(0, 2)),
            bench.Reading("charge", passage.numbers[0].span),
        ]


def test_what_a_reader_invents_is_dropped(place: tuple[Workplace, Run]) -> None:
    place[0].add(Inventor)
    shown = ask(place, "mass 1.9 GeV, noise 0.3", "--formatter", "inventor")
    assert isinstance(shown.exception, InputError)
    assert "note: a reading of what does not stand in the text was dropped" in shown.output
    assert "missing: mass" in shown.output


def test_ten_megabytes_and_endless_lists_take_no_time() -> None:
    pieces = ("9", "1,", "mass ", "mass 1 ", "<", "{", "event 1", "1.5 ± ", "\n", "mass_" * 9, "1-")
    for piece in pieces:
        started = time.monotonic()
        with suppress(InputError):
            values(piece * (MOST // len(piece)))
        assert time.monotonic() - started < 20, piece


def test_a_terminal_without_words_is_asked_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.asking.source import text_of

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(BenchError, match="no event: wanted its words"):
        text_of(None)
