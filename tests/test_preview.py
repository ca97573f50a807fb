"""`bench run --dry-run`: what guards find before the fit, and an encoder's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Workplace

import bench
from bench.cli.run import command
from bench.running.parts import resolve_parts
from bench.running.preview import EVENTS, preview
from bench.storage.request import RunRequest

REQUEST = RunRequest(plugin="cut", dataset="toy")


@dataclass(frozen=True)
class Mixed(bench.Encoder):
    """A feature, a product of both, a constant, and far more of the noise."""

    name = "mixed"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        mass, noise = table.x.T
        more = [noise * power for power in range(2, 90)]
        columns = [mass, mass * noise, np.ones_like(mass), *more]
        return {"numbers": np.stack(columns, axis=1).astype(np.float32)}


class Alarm(bench.Guard[bench.InputEvidence]):
    """Finds something whatever there is."""

    name, code, remedy = "alarm", "ALARM001", "leave it"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        yield "it rings"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    made = Workplace.at(tmp_path)
    made.add(Mixed)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: made.registry)
    monkeypatch.setenv("BENCH_HOME", str(made.home.root))
    return made


def shown(place: Workplace, request: RunRequest = REQUEST) -> str:
    parts = resolve_parts(request, place.registry)
    return preview(parts, place.home, place.store, place.context).text


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the table of numbers, by what they are called."""
    cells = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if "|" in line]
    return {name: values for name, *values in cells}


def test_numbers_have_their_names_their_spread_and_three_events(place: Workplace) -> None:
    text = shown(place)
    assert f"2 numbers, over {EVENTS} events of the train split:" in text
    table = rows(text)
    assert table["numbers"][:3] == ["least", "median", "greatest"]
    assert sorted(table["numbers"][3:]) == [
        "a background event",
        "a background event",
        "a signal event",
    ]
    for name in ("mass [GeV]", "noise [1]"):
        least, median, greatest, *three = map(float, table[name])
        assert least < median < greatest
        assert len(three) == 3
        assert all(least <= value <= greatest for value in three)


def test_other_numbers_say_what_features_they_are_made_of(place: Workplace) -> None:
    text = shown(place, replace(REQUEST, encoders=["mixed"]))
    table = rows(text)
    assert {"mass [GeV]", "2 of mass, noise", "3", "4 of noise", "60 of noise"} <= table.keys()
    assert table["3"] == ["1"] * 6
    assert "61 of noise" not in table
    assert "and 31 more" in text


def test_guards_that_look_before_the_fit_do_so(place: Workplace) -> None:
    assert re.search(
        r"\n\d+ guards looked before the fit and found nothing; others look", shown(place)
    )
    place.add(Alarm)
    text = shown(place)
    assert "guards looked before the fit and found something: 1; others look" in text
    assert "ALARM001 alarm (void): it rings\n  what to do: leave it" in text
    assert not place.home.fits.exists()
    assert not place.store.root.exists()


def test_a_dry_run_that_would_be_void_exits_as_the_run_would(place: Workplace) -> None:
    place.add(Alarm)
    words = ["--plugin", "cut", "--dataset", "toy", "--dry-run"]
    voided, allowed = (
        CliRunner().invoke(command, [*words, *more], standalone_mode=False)
        for more in ([], ["--allow", "ALARM001"])
    )
    assert (voided.return_value, allowed.return_value) == (3, 0)
    assert "ALARM001 alarm (allowed): it rings" in allowed.stdout
