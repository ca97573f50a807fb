"""A formatter that says which number is what, and no more: units and events are completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import bench
from bench.api.errors import InputError
from bench.asking.ask import read_in_turn, understand
from bench.asking.said import said_in
from bench.plugins.registry import load_registry
from bench.testing import passage_of, vocabulary_of

CONTEXT = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())


@dataclass(frozen=True)
class InOrder(bench.Formatter):
    """Gives the numbers of a text these names, in their order; none to an empty one."""

    name = "in-order"

    says: tuple[str, ...] = ()

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        """A reading for each name."""
        given = zip(self.says, passage.numbers, strict=True)
        return [bench.Reading(name, number.span) for name, number in given if name]


def values(text: str, *says: str) -> dict[str, float]:
    passage = passage_of(text, vocabulary_of("rd"))
    readings = read_in_turn(passage, [InOrder(says)], CONTEXT)
    return {name: fact.value for name, fact in said_in(passage, readings).facts.items()}


@pytest.mark.parametrize(
    "text",
    [
        "They carry 1.3 and 1.2 TeV of pT.",
        "pT (TeV): 1.3, then 1.2",
        "Transverse momenta 1.3 / 1.2, all energies in TeV",
        "<b>pT</b> <i>1.3</i> and 1.2&nbsp;TeV",
    ],
)
def test_a_unit_that_is_said_once_is_that_of_all_energies(text: str) -> None:
    assert values(text, "j1_pt", "j2_pt") == pytest.approx({"j1_pt": 1300, "j2_pt": 1200})


def test_a_unit_of_energy_is_none_of_pure_numbers() -> None:
    said = values("pT [TeV] 1.3, eta 0.4, 62 particles", "j1_pt", "j1_eta", "n_particles")
    assert said == pytest.approx({"j1_pt": 1300, "j1_eta": 0.4, "n_particles": 62})


def test_where_two_units_stand_alone_none_is_taken() -> None:
    said = values("pT [TeV], mass [GeV]: 1.3, 94", "j1_pt", "j1_m")
    assert said == pytest.approx({"j1_pt": 1.3, "j1_m": 94})


def test_the_ev_of_an_events_number_is_no_unit() -> None:
    assert values("ev 7: pT 1306.57", "", "j1_pt") == pytest.approx({"j1_pt": 1306.57})
    assert values("all in eV; pT 1306.57e9", "j1_pt") == pytest.approx({"j1_pt": 1306.57})


def test_a_numbers_own_unit_goes_first() -> None:
    said = values("all energies in TeV: pT 1.3, mass 94 GeV", "j1_pt", "j1_m")
    assert said == pytest.approx({"j1_pt": 1300, "j1_m": 94})


def test_events_that_a_text_tells_apart_are_not_put_together() -> None:
    text = "first event: 1300.5 GeV of pT. second event: 1100.5 GeV"
    dataset = load_registry().find(bench.Dataset, "rd").part()
    with pytest.raises(InputError, match="2 events in one text"):
        understand(text, (), dataset, [InOrder(("j1_pt", "j1_pt"))], CONTEXT)


def test_readings_of_what_is_not_there_pass_through_and_are_dropped() -> None:
    @dataclass(frozen=True)
    class Inventor(bench.Formatter):
        name = "inventor"

        def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
            """Of no number, and of no quantity."""
            return [bench.Reading("j1_pt", (0, 2)), bench.Reading("odd", passage.numbers[0].span)]

    passage = passage_of("pT 1306.5 GeV", vocabulary_of("rd"))
    said = said_in(passage, read_in_turn(passage, [Inventor()], CONTEXT))
    assert not said.facts
    assert len(said.notices) == 2
