"""Makes a twin: simulates its events and writes them in the official layout, once."""

from __future__ import annotations

import shutil
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_lhco.digests import known_digest
from bench_lhco.files import write
from bench_lhco.files.sha256 import forget_sha256, record_sha256
from bench_lhco.twin.simulate import recipe, simulate

if TYPE_CHECKING:
    from bench_lhco.labels import Twin

BACKGROUND = "background"


def make_twin(
    dataset: str,
    twin: Twin,
    request: bench.SimulationRequest | None,
    path: Path,
    context: bench.Context,
) -> None:
    """Simulate a twin into a file; one that is interrupted goes on where it was.

    With nothing `request` of it, any twin will do: one that is there, or that another process was
    making meanwhile, or one of the dataset's own size.

    Raises:
        RequestError: there is one already, and replacing it was not asked for.
    """
    anything = request is None
    simulation = request or bench.SimulationRequest()
    events = _events(dataset, twin, simulation)
    bench.make_folder(path.parent)
    waiting = f"another process is making {path.name}; waiting for it"
    with bench.locked(path.with_name(f".{path.name}.lock"), context.notice, waiting):
        if path.is_file() and anything:
            return
        if path.is_file() and not simulation.force:
            raise bench.RequestError(f"{path} is there already; --force replaces it")
        numbers = ", ".join(f"{number} {kind}" for kind, number in events.items())
        context.notice(
            f"simulating the twin of {dataset}: {numbers} events with Pythia 8, kept in {path}"
        )
        scratch = context.scratch / "twins" / dataset
        slices = simulate(
            dataset,
            events,
            seed=simulation.seed,
            jobs=context.jobs,
            scratch=scratch,
            progress=context.progress,
        )
        made = {**recipe(dataset, simulation.seed), "signal_fraction": twin.signal_fraction}
        earlier = _inode(path)
        try:
            write(path, slices, made, total=sum(events.values()))
            record_sha256(path, known_digest(path, context.data / "digests", context.progress))
        except BaseException:
            if _inode(path) != earlier:  # nothing could prove it; its events are in `scratch`
                path.unlink(missing_ok=True)
                forget_sha256(path)
            raise
        shutil.rmtree(scratch, ignore_errors=True)


def _inode(path: Path) -> int | None:
    """Which file has this name; None without one."""
    return path.stat().st_ino if path.is_file() else None


def _events(dataset: str, twin: Twin, simulation: bench.SimulationRequest) -> dict[str, int]:
    """Events to simulate of each kind; a number of signal events is shared out among its kinds.

    Raises:
        RequestError: signal is asked of a dataset without.
    """
    signal = {kind: n for kind, n in twin.events.items() if kind != BACKGROUND}
    if simulation.signal is not None:
        if simulation.signal and not signal:
            raise bench.RequestError(f"{dataset} has no signal, got --signal {simulation.signal}")
        total = sum(signal.values())
        ends = [round(simulation.signal * n / total) for n in accumulate(signal.values())]
        signal = {kind: b - a for kind, a, b in zip(signal, [0, *ends], ends, strict=False)}
    background = twin.events[BACKGROUND] if simulation.background is None else simulation.background
    return {BACKGROUND: background, **signal}
