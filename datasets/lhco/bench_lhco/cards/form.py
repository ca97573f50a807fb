"""Writes a card as TOML, in the form that the shipped ones have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bench_lhco.cards.card import Card


def toml_of(card: Card) -> str:
    """The card as TOML; what it leaves open is left out."""
    lines = _pairs({f: getattr(card, f) for f in Card.__struct_fields__ if f not in TABLES})
    lines += ["", "[layout]", *_pairs(msgspec.structs.asdict(card.layout))]
    if card.division:
        lines += ["", "[division]", *_pairs(msgspec.structs.asdict(card.division))]
    for name in ("labels", "files"):
        for entry in getattr(card, name):
            lines += ["", f"[[{name}]]", *_pairs(msgspec.structs.asdict(entry))]
    if card.columns:
        lines += ["", "[columns]"]
    for name, column in card.columns.items():
        lines.append(f"{_key(name)} = {{ {', '.join(_pairs(msgspec.structs.asdict(column)))} }}")
    return "\n".join(lines) + "\n"


TABLES = ("layout", "labels", "files", "columns", "division")


def _pairs(values: Mapping[str, Any]) -> list[str]:
    there = {name: value for name, value in values.items() if value not in (None, "", ())}
    return [f"{name} = {_value(value)}" for name, value in there.items()]


def _value(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(part) for part in value)}]"
    # a JSON string is a TOML string, but for the one control character that JSON lets through
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)
