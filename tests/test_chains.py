"""Formatters in turn, each with options of its own, of the names that somebody gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from toys import Workplace

import bench
from bench.api.errors import BenchError
from bench.asking.chain import ALONE, USUAL, chain, usual
from bench.formatters.rules import Rules


@dataclass(frozen=True)
class Reader(bench.Formatter):
    """Reads what it is sure of."""

    name = "reader"

    sure: float = 0.5

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        """Nothing."""
        return []


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.at(tmp_path_factory.mktemp("chains"))


def test_without_the_small_model_rules_read_alone(place: Workplace) -> None:
    place.registry.all(bench.Formatter).pop("reader", None)
    assert usual(place.registry) == ALONE
    assert chain(ALONE, {}, place.registry) == [Rules()]


def test_with_it_it_reads_what_rules_left(place: Workplace) -> None:
    place.add(Reader)
    assert usual(place.registry) == USUAL
    assert chain(USUAL, {}, place.registry) == [Rules(), Reader()]


def test_each_has_options_of_its_own(place: Workplace) -> None:
    place.add(Reader)
    made = chain("reader:sure=0.99, rules, reader:sure=0.6", {"sure": "0.7"}, place.registry)
    assert made == [Reader(0.99), Rules(), Reader(0.7)]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("reader:sure", "wanted NAME:OPTION=VALUE"),
        ("reader:shure=0.9", "shure"),
        ("reeder,rules", "no formatter 'reeder'"),
        ("reader:sure=much", "sure"),
        ("", "no formatter ''"),
    ],
)
def test_a_chain_that_is_none_is_refused_in_a_line(place: Workplace, names: str, why: str) -> None:
    place.add(Reader)
    with pytest.raises(BenchError, match=why) as caught:
        chain(names, {}, place.registry)
    assert "\n" not in str(caught.value)
