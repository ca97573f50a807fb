"""Makes a twin: simulates its events and writes them in the official layout, once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

import bench
from bench_lhco.files import write
from bench_lhco.twin.simulate import recipe, simulate

if TYPE_CHECKING:
    from bench_lhco.datasets import Twin


def make_twin(
    dataset: str,
    twin: Twin,
    wanted: bench.Simulation | None,
    path: Path,
    context: bench.Context,
) -> None:
    """Simulate a twin into a file; one that is interrupted goes on where it was.

    With nothing `wanted` of it, any twin will do: one that is there, or that another process was
    making meanwhile, or one of the dataset's own size.

    Raises:
        RequestError: there is one already, and replacing it was not asked for.
    """
    anything = wanted is None
    wanted = wanted or bench.Simulation()
    signal = twin.signal if wanted.signal is None else wanted.signal
    background = twin.background if wanted.background is None else wanted.background
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        if path.is_file() and anything:
            return
        if path.is_file() and not wanted.force:
            raise bench.RequestError(f"{path} is there already; --force replaces it")
        context.notice(
            f"simulating the twin of {dataset}: {signal} signal and {background} background events "
            f"with Pythia 8, kept in {path}"
        )
        scratch = context.scratch / "twins"
        events = simulate(
            dataset,
            signal,
            background,
            seed=wanted.seed,
            jobs=context.jobs,
            scratch=scratch,
            progress=context.progress,
        )
        told = {**recipe(dataset, wanted.seed), "signal_fraction": twin.signal_fraction}
        write(path, events, told, total=signal + background)
        shutil.rmtree(scratch, ignore_errors=True)
