"""How long the names may be that results from outside are called by, in tables and figures."""

from __future__ import annotations

from pathlib import Path

from bench.api.errors import InputError

LONGEST = {"model": 120, "dataset": 120, "edition": 40, "options": 200}
"""Characters; of the same name in all tables of a report."""


def demand_short(where: Path | str, **names: str | None) -> None:
    """Refuse a name that no table or figure has room for.

    Raises:
        InputError: which one, and how long it may be.
    """
    for what, name in names.items():
        if name and len(name) > LONGEST[what]:
            raise InputError(
                f"{where}: {what} {name[:30]!r}... has {len(name)} characters, wanted at most"
                f" {LONGEST[what]}; the rest may stand in --source"
            )
