"""What `bench explain` refuses before it works, and that nothing which it made is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from talkers import Talker, done
from toys import Workplace

from bench.api.errors import RequestError
from bench.cli.data.card import card
from bench.cli.explain import command
from bench.explaining.events import FEWEST
from bench.explaining.subject import open_subject


@dataclass(frozen=True)
class Elsewhere(Talker):
    """One that works on a device which this machine has not got any more."""

    name = "elsewhere"
    uses_device = True

    def device_problem(self, device: str) -> str | None:
        return "it has no such device" if device in GONE else None


GONE: list[str] = []
"""Devices that this machine has not got any more."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    made = Workplace.at(tmp_path_factory.mktemp("place"))
    made.add(Talker, Elsewhere)
    return made


@pytest.fixture
def explain(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))

    def asking(*words: str) -> tuple[int, str]:
        with CliRunner().isolation() as (out, _, _):
            code = command.main([*words, "--runs", str(place.store.root)], standalone_mode=False)
        return code or 0, out.getvalue().decode()

    return asking


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--control", "no-such", "--judge"], "no run called 'no-such'"),
        (["--control", "RUN", "--judge"], "this is the run itself"),
        (["-o", "/no/such/folder/why.md"], "there is no folder /no/such/folder"),
        (["--judge", "--events", str(FEWEST - 1)], f"wanted {FEWEST} or more"),
        (["--judge", "--event", "ID"], "1 events of run .*, wanted"),
    ],
)
def test_it_is_refused_before_any_work(
    place: Workplace,
    explain: Any,
    words: list[str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = done(place)
    known = {"RUN": run.name, "ID": str(run.events()[0])}
    monkeypatch.setattr(
        "bench.explaining.subject.explanations", lambda *_, **__: pytest.fail("it has worked")
    )
    with pytest.raises(RequestError, match=problem):
        explain(run.name, *(known.get(word, word) for word in words))


def test_a_card_is_not_written_where_there_is_no_folder() -> None:
    with pytest.raises(RequestError, match="there is no folder /no/such"):
        card.main(["rd", "-o", "/no/such/card.toml"], standalone_mode=False)


def test_few_events_that_are_explained_rightly_are_not_void(place: Workplace, explain: Any) -> None:
    code, page = explain(done(place).name, "--judge", "--events", str(FEWEST))
    assert code == 0
    assert "matched to its event among 10 with its answer" in page


def test_the_page_is_shown_even_where_it_cannot_be_kept(
    place: Workplace, explain: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bench.storage.explanations_file.write_explanations", refuse)
    file = tmp_path / "why.JSON"
    with pytest.raises(OSError, match="No space"):
        explain(done(place).name, "--judge", "-o", str(file))
    assert json.loads(file.read_text())["judgement"]["figures"]


def test_without_its_device_a_run_is_explained_on_the_cpu_and_that_is_said(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, said = done(place, plugin="elsewhere", device="cuda"), list[str]()
    context = replace(place.context, notice=said.append)
    assert open_subject(run, place.registry, place.home, context).context.device == "cuda"
    assert not any("CPU" in line for line in said)
    monkeypatch.setattr("test_explaining_refusals.GONE", ["cuda"])
    subject = open_subject(run, place.registry, place.home, context)
    assert subject.context.device == "cpu"
    assert (
        "it has no such device: explaining on the CPU, whose numbers differ in their last digits"
        in said
    )
    assert len(subject.explain(subject.evaluated, None)) == len(subject.evaluated)
