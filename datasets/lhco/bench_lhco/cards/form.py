"""Writes a card as TOML."""

from __future__ import annotations

from typing import Any

import msgspec
import tomli_w

from bench_lhco.cards.card import Card


def toml_of(card: Card) -> str:
    """The card as TOML; what it leaves open is left out."""
    return tomli_w.dumps(_filled(msgspec.to_builtins(card)))


def _filled(value: Any) -> Any:
    """A value without the entries of its tables that are empty; TOML has no null."""
    if isinstance(value, dict):
        return {key: _filled(entry) for key, entry in value.items() if not _is_empty(entry)}
    if isinstance(value, (list, tuple)):
        return [_filled(entry) for entry in value]
    return value


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], (), {})
