"""Options of parts: read off the fields, converted from text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from bench.api.errors import RequestError
from bench.api.parts import Part
from bench.plugins.options import build, options_in, options_of


@dataclass(frozen=True)
class Knobs(Part):
    """Something with options."""

    name = "knobs"

    rate: float = 0.1
    """Learning rate,
    per step."""
    layers: tuple[int, ...] = (64, 32)
    """Units of each layer."""
    mode: Literal["fast", "slow"] = "fast"
    """How."""
    limit: int | None = None
    """Events at most."""
    on: bool = True
    """Whether."""

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError(f"rate {self.rate}: wanted more than 0")


def test_help_is_the_text_under_the_field() -> None:
    options = {option.name: option for option in options_of(Knobs)}
    assert options["rate"].help == "Learning rate, per step."
    assert options["layers"].default == (64, 32)
    assert list(options) == ["rate", "layers", "mode", "limit", "on"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rate", "3e-4", 3e-4),
        ("layers", "8, 4", (8, 4)),
        ("mode", "slow", "slow"),
        ("limit", "12", 12),
        ("limit", "none", None),
        ("on", "false", False),
    ],
)
def test_text_becomes_the_options_type(name: str, text: str, value: object) -> None:
    assert options_in(build(Knobs, {name: text}))[name] == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("rat", "1", "did you mean rate"),
        ("rate", "quick", "is not a float"),
        ("mode", "medium", "option mode=medium"),
        ("rate", "-1", "wanted more than 0"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        build(Knobs, {name: text})
