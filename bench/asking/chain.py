"""Formatters by their names: a chain, each of which reads what those before it left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.asking import Formatter
from bench.api.errors import InputError
from bench.asking.said import RULES
from bench.plugins.options import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.plugins.registry import Registry

USUAL = f"{RULES},reader"
"""What rules know, whose refusals stay, then what a small language model makes of the others."""
ALONE = RULES
"""Where the model is not installed."""


def usual(registry: Registry) -> str:
    """The chain that is taken where none is named."""
    return USUAL if {*USUAL.split(",")} <= registry.all(Formatter).keys() else ALONE


def chain(names: str, options: Mapping[str, str], registry: Registry) -> list[Formatter]:
    """The formatters of `NAME[:OPTION=VALUE ...],...`; `options` are of the last one too.

    Raises:
        InputError: an option has no value.
        RequestError: there is no such formatter, or it has no such option.
    """
    called = [name.strip().split(":") for name in names.split(",")]
    out = []
    for place, (name, *own) in enumerate(called):
        if not all("=" in option for option in own):
            raise InputError(f"--formatter {':'.join([name, *own])}: wanted NAME:OPTION=VALUE")
        given = dict(option.split("=", 1) for option in own)
        last = place == len(called) - 1
        out.append(
            build(registry.find(Formatter, name).part, {**given, **(options if last else {})})
        )
    return out
