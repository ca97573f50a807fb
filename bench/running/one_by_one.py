"""Many runs one after the other: one that breaks or is void keeps its row, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.api.errors import BenchError
from bench.running.ends import Ends
from bench.running.failures import RunFailedError
from bench.running.pipeline import run_parts
from bench.running.settled import settled

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.store import Run, Store


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
    ends = Ends(every, tell)
    for number, parts in enumerate(every, 1):
        ends.begins(number)
        try:
            ends.runs[number] = run_parts(settled(parts, store), home, store, context)[0]
        except RunFailedError as error:
            ends.failed(number, error)
        except BenchError as error:
            ends.refused(number, error)
    return ends.all()
