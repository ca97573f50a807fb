"""How findings are worded."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 3


def named(names: Sequence[str]) -> str:
    """The first of some names, and how many there are: `adapter.0.weight and 5 more`."""
    told = ", ".join(names[:MOST])
    return told if len(names) <= MOST else f"{told} and {len(names) - MOST} more"
