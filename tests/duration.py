"""How long the quick tests may take, and what is said of how long they took."""

from __future__ import annotations

MOST = 12 * 60.0
"""Seconds that `make test` may take on two quiet cores."""


def remark(seconds: float) -> str:
    """What is said under a run of the quick tests."""
    taken = f"{seconds / 60:.1f} minutes of the {MOST / 60:.0f} that `make test` may take"
    if seconds <= MOST:
        return taken
    remedy = "mark what takes longest as slow, and leave a quick sibling of it"
    return f"{taken}: too long, unless the machine was busy; {remedy}"
