"""The cards that lie in this folder: those of the published datasets."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bench import RequestError, did_you_mean
from bench_lhco.cards.card import Card, read_card

FOLDER = Path(__file__).parent


def shipped_names() -> tuple[str, ...]:
    """The names of the datasets that have a card here."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def shipped_card(name: str) -> Card:
    """The card of a published dataset.

    Raises:
        RequestError: no such dataset.
    """
    if name not in shipped_names():
        hint = did_you_mean(name, shipped_names())
        raise RequestError(f"dataset {name!r} is not published: {hint}")
    return read_card(FOLDER / f"{name}.toml")
