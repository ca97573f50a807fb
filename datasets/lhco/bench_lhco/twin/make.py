"""Makes a twin: simulates its events and writes them in the official layout, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_lhco.digests import known_digest
from bench_lhco.files import write
from bench_lhco.files.sha256 import (
    announce_sha256,
    announced_sha256,
    file_sha256,
    forget_sha256,
    record_sha256,
    recorded_sha256,
    withdraw_sha256,
)
from bench_lhco.labels import NOMINAL
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
    *,
    variation: str = NOMINAL,
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
        varied = "" if variation == NOMINAL else f" ({variation})"
        context.notice(
            f"simulating the twin of {dataset}{varied}: {numbers} events with Pythia 8, "
            f"kept in {path}"
        )
        scratch = context.scratch / "twins" / path.name.removesuffix(".twin.h5")
        slices = simulate(
            dataset,
            events,
            seed=simulation.seed,
            jobs=context.jobs,
            scratch=scratch,
            progress=context.progress,
            spread=context.spread,
            variation=variation,
        )
        made = {
            **recipe(dataset, simulation.seed, variation),
            "signal_fraction": twin.signal_fraction,
        }
        _settle(path, context)
        earlier = _inode(path)

        def announce(draft: Path) -> None:
            sha256 = file_sha256(draft, context.progress)
            bench.demand_held()
            announce_sha256(path, sha256)

        try:
            write(path, slices, made, total=sum(events.values()), announce=announce)
            record_sha256(path, known_digest(path, context.data / "digests", context.progress))
        except BaseException:
            with suppress(OSError):  # what went wrong before says more
                bench.demand_held()  # else it is another process's
                _take_back(path, earlier)
            raise
        shutil.rmtree(scratch, ignore_errors=True)


def _take_back(path: Path, earlier: int | None) -> None:
    """Leave the `earlier` twin as it was, or none where there was none: its events are in scratch.

    One that has replaced an earlier one stays, as what was announced proves it.
    """
    if earlier is None:
        path.unlink(missing_ok=True)
        forget_sha256(path)
    elif _inode(path) == earlier:
        withdraw_sha256(path)


def _inode(path: Path) -> int | None:
    """Which file has this name; None without one."""
    return path.stat().st_ino if path.is_file() else None


def _read(by: Callable[[Path], str | None], path: Path) -> str | None:
    """What a file beside a twin says; None of one that says nothing, as all of it is replaced."""
    try:
        return by(path)
    except bench.InputError:
        return None


def _settle(path: Path, context: bench.Context) -> None:
    """Record what a twin is that is to be replaced, where nothing says so but an announcement."""
    if not path.is_file():
        return
    recorded, announced = (_read(by, path) for by in (recorded_sha256, announced_sha256))
    if announced or not recorded:
        digest = known_digest(path, context.data / "digests", context.progress)
        if digest == announced or not (announced or recorded):
            record_sha256(path, digest)


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
