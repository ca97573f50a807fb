"""Events of three objects: no rule of the reader counts on two."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench.formatters.numbers import scan
from bench.formatters.rules import Rules

CONTEXT = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
THREE = ("jet 1", "jet 2", "jet 3")


def values(text: str, objects: tuple[str, ...]) -> dict[str, float]:
    quantities = tuple(
        bench.Quantity(f"{name[-1]}_{word}", "GeV", name, (word,))
        for name in objects
        for word in ("pT", "mass")
    )
    words = {name: (name,) for name in objects}
    passage, _ = scan(text, bench.Vocabulary(quantities, words, ("jets",)))
    numbers = {number.span: number.value for number in passage.numbers}
    return {one.quantity: numbers[one.span] for one in Rules().read(passage, CONTEXT)}


@pytest.mark.parametrize(
    "text",
    [
        "The jets have pT of 500, 400 and 300 GeV.",
        "The jets: pT = [500, 400, 300]",
        "(n, pT, mass): (1, 500, 50), (2, 400, 40), (3, 300, 30)",
        "(n, pT, mass): jets (0, 500, 50), (1, 400, 40), (2, 300, 30)",
    ],
)
def test_three_objects_are_read_as_two_are(text: str) -> None:
    read = {name: value for name, value in values(text, THREE).items() if "pT" in name}
    assert read == {"1_pT": 500, "2_pT": 400, "3_pT": 300}


def test_rows_that_do_not_count_up_are_of_the_objects_before_them() -> None:
    text = "(n, pT, mass): jet 2 (7, 500, 50), jet 3 (9, 400, 40)"
    assert values(text, THREE) == {"2_pT": 500, "2_mass": 50, "3_pT": 400, "3_mass": 40}
