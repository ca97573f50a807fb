"""A value that a model read, and not the rules, says so, with how sure the model was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.asking.ask import understand
from bench.asking.conclude import Understood
from bench.asking.page import as_json, lines
from bench.formatters.rules import Rules
from bench.plugins.registry import load_registry

CONTEXT = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
TEXT = "leading jet: pT 1306.57 GeV, eta 0.5. And 94.5 GeV beside, they say"
COLUMNS = (
    bench.Column("j1_pt", "GeV", "leading jet's pT"),
    bench.Column("j1_m", "GeV", "leading jet's mass"),
    bench.Column("j1_e", "GeV", "leading jet's energy", object="jet 1", quantity="e"),
)


@dataclass(frozen=True)
class Guess(bench.Formatter):
    """Takes what the rules left for the mass of the leading jet."""

    name = "guess"

    probability: float | None = 0.837

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        """The last number."""
        return [bench.Reading("j1_m", passage.numbers[2].span, probability=self.probability)]


def shown_to_programs() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = as_json(understood(Rules(), Guess()), COLUMNS, None)["columns"]
    return rows


def understood(*formatters: bench.Formatter) -> Understood:
    dataset = load_registry().find(bench.Dataset, "rd").part()
    return understand(TEXT, COLUMNS, dataset, formatters, CONTEXT)


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.837, "guess, P 0.83"), (0.9999, "guess, P 0.99"), (None, "guess")],
)
def test_the_table_says_who_read_a_value_and_how_sure(
    probability: float | None, shown: str
) -> None:
    table = next(lines(understood(Rules(), Guess(probability)), COLUMNS))
    heading, first, second, *_ = table.splitlines()
    assert "read by" in heading
    assert "rules" in first
    assert shown in second


def test_what_follows_is_read_by_nobody() -> None:
    (row,) = [row for row in shown_to_programs() if not row["said"]]
    assert (row["name"], row["read_by"], row["probability"]) == ("j1_e", None, None)


def test_programs_are_given_the_same() -> None:
    rows = {row["name"]: row for row in shown_to_programs()}
    assert (rows["j1_pt"]["read_by"], rows["j1_pt"]["probability"]) == ("rules", None)
    assert (rows["j1_m"]["read_by"], rows["j1_m"]["probability"]) == ("guess", 0.837)


def test_a_table_of_the_rules_alone_has_no_such_column() -> None:
    assert "read by" not in "\n".join(lines(understood(Rules()), COLUMNS))
