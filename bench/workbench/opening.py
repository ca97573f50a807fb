"""`bench.open`: the way in, which loads nothing else before it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workbench.workbench import Workbench


def open(runs: Path | str | None = None, *, quiet: bool = False) -> Workbench:  # noqa: A001
    """The bench with a folder of runs, to be used from Python as from the command line.

    Downloads, simulations and fits are where the command line keeps them, in `BENCH_HOME` or the
    user's cache.

    Args:
        runs: the folder of stored runs, which need not be there yet; None for `BENCH_RUNS`, else
            `runs` in the working folder.
        quiet: tell nothing of progress on the standard error stream.

    Raises:
        RequestError: the environment asks for a home or a number of workers that is none, or what
            makes data frames and figures is not installed.
    """
    import os
    from dataclasses import replace
    from pathlib import Path

    from bench.api.context import no_notice, no_progress
    from bench.plugins.registry import load_registry
    from bench.storage.extras import demand_libraries
    from bench.storage.home import Home
    from bench.storage.process_limits import wait_passively
    from bench.storage.store import Store
    from bench.workbench.surroundings import context
    from bench.workbench.workbench import Workbench

    demand_libraries("matplotlib", "pandas")
    wait_passively()
    home = Home.here()
    surroundings = context(home)
    if quiet:
        surroundings = replace(surroundings, progress=no_progress, notice=no_notice)
    folder = runs if runs is not None else os.environ.get("BENCH_RUNS") or "runs"
    return Workbench(Store(Path(folder)), home, load_registry(), surroundings)
