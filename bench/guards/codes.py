"""The guards by their codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.guards.guard import Guard


def by_code() -> dict[str, type[Guard[Any]]]:
    """Every guard, by its code."""
    from bench.guards.every import GUARDS

    return {guard.code: guard for guard in sorted(GUARDS, key=lambda guard: guard.code)}


def demand_codes(codes: Iterable[str]) -> None:
    """Refuse a code that no guard has.

    Raises:
        RequestError: which one, and what was meant.
    """
    known = by_code()
    for code in codes:
        if code not in known:
            raise RequestError(
                f"--allow {code}: no guard has that code; {did_you_mean(code, known)}"
            )
