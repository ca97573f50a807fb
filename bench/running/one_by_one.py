"""Many runs one after the other: one that breaks or is void keeps its row, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.api.errors import BenchError
from bench.running.failures import RunFailedError
from bench.running.pipeline import run_parts

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.store import Run, Store

REFUSED = 2
"""The exit code of a command one of whose runs is refused."""


def one_by_one(
    every: Sequence[RunParts],
    home: Home,
    store: Store,
    context: Context,
    tell: Callable[[str], None],
) -> tuple[list[Run], set[int]]:
    """Do the runs, and tell of each before it begins and if it does not end well.

    Gives the runs that have a record, and the exit codes that they ask for.
    """
    done, codes, ends = [], {0}, []
    for number, parts in enumerate(every, 1):
        request = parts.request
        words = ", ".join([request.plugin, *request.encoders, f"seed {request.seed}"])
        tell(f"run {number} of {len(every)}: {words}")
        try:
            done.append(run_parts(parts, home, store, context)[0])
        except RunFailedError as error:
            for line in (f"bench: {error}", *error.printed):
                tell(line)
            done.append(error.run)
            codes.add(error.code)
            record = error.run.record
            ends.append(f"run {number} ({record.title}): {record.status}")
        except BenchError as error:
            tell(f"bench: run {number} is refused and has no row: {error}")
            codes.add(REFUSED)
            ends.append(f"run {number} ({words}): refused")
    if ends:
        tell(f"bench: {len(ends)} of {len(every)} runs did not end well: {'; '.join(ends)}")
    return done, codes
