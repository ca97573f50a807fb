"""Which runs a name may mean that is no folder's: a plugin's, an import's, a setting's, a title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.storage.stored_run import Run


def called(runs: Iterable[Run], name: str) -> list[Run]:
    """The runs of a plugin or an import, of a setting, or with a title of this name; oldest first.

    `gbt`; `gbt, max_depth=4`; `gbt, max_depth=4, seed 1`.
    """
    return sorted(
        (r for r in runs if name in (r.record.plugin, r.record.setting, r.record.title)), key=age
    )


def saying(name: str) -> str:
    """What the record of a run called so has in it, as it stands there; empty for not known."""
    plugin = name.partition(",")[0]
    plain = plugin.isascii() and plugin.isprintable() and not set(plugin) & {'"', "\\"}
    return f'"{plugin}"' if plain else ""


def age(run: Run) -> tuple[str, int, str]:
    """When a run began and when it was sealed, as names tell seconds apart."""
    return run.record.created, (run.folder / "run.json").stat().st_mtime_ns, run.name
