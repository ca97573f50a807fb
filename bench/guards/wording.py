"""How findings are worded."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 3


def said(error: BaseException) -> str:
    """What an error says, with its kind: `MemoryError`, `KeyError: 'adapter.bias'`."""
    kind, told = type(error).__name__, str(error)
    return f"{kind}: {told}" if told else kind


def named(names: Sequence[str]) -> str:
    """The first of some names, and how many there are: `adapter.0.weight and 5 more`."""
    told = ", ".join(names[:MOST])
    return told if len(names) <= MOST else f"{told} and {len(names) - MOST} more"
