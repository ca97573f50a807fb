"""What the guards cost: hashing and near-duplicates of a full file, and their share of a run."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from bench_lhco.events import Particles, event_ids
from tabulate import tabulate

import bench
from bench.cli.surroundings import context
from bench.guards.b002_copies import copies
from bench.plugins.registry import load_registry
from bench.running.pipeline import run
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import Store

EVENTS, CHUNK, PARTICLES, FEATURES = 1_100_000, 20_000, 190, 18
TRAINED = 20_000


def hashing(rng: np.random.Generator) -> float:
    """Seconds to hash 1.1 M events of about 190 particles, chunk by chunk as a file is read."""
    values = rng.normal(size=(CHUNK * PARTICLES, 3)).astype(np.float32)
    offsets = np.arange(CHUNK + 1, dtype=np.int64) * PARTICLES
    spent = 0.0
    for chunk in range(EVENTS // CHUNK):
        values[offsets[:-1], 0] = np.arange(chunk * CHUNK, (chunk + 1) * CHUNK)
        started = time.monotonic()
        event_ids(Particles(values, offsets))
        spent += time.monotonic() - started
    return spent


def planted(rng: np.random.Generator, events: int) -> tuple[float, int]:
    """Seconds to look for copies of 20 000 events among so many, one of them planted; and pairs."""
    columns = tuple(bench.Column(f"f{i}", "1", "noise") for i in range(FEATURES))

    def table(n: int) -> bench.Table:
        ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
        x = rng.normal(size=(n, FEATURES)).astype(np.float32)
        return bench.Table(columns, x, (np.arange(n) % 2).astype(np.int8), ids, np.ones(n))

    fitted, evaluated = table(TRAINED), table(events)
    evaluated.x[events // 3] = fitted.x[17] * np.float32(1 + 1e-6)
    started = time.monotonic()
    pairs = copies(fitted, evaluated)
    return time.monotonic() - started, len(pairs)


def shares() -> list[list[str]]:
    """Seconds of the guards before the fit against the whole run, each model fitted afresh."""
    rows, home = [], Home.here()
    for plugin in ("gbt", "llm-nfa"):
        with tempfile.TemporaryDirectory() as folder:
            apart = Home(Path(folder))  # nothing is reused but the data
            apart.data.symlink_to(home.data, target_is_directory=True)
            apart.tables.symlink_to(home.tables, target_is_directory=True)
            request = RunRequest(plugin=plugin, dataset="rd", events=4000)
            store = Store(Path(folder, "runs"))
            done, _ = run(request, load_registry(), apart, store, context(apart))
            seconds = done.record.seconds
            whole = sum(seconds.values())
            guards = seconds["guards"]
            rows.append([plugin, f"{guards:.1f}", f"{whole:.1f}", f"{guards / whole:.1%}"])
    return rows


def main() -> None:
    """Print it all."""
    rng = np.random.default_rng(1)
    rows = [[f"hashing {EVENTS:,} events", f"{hashing(rng):.1f}", ""]]
    for events in (100_000, EVENTS):
        spent, pairs = planted(rng, events)
        label = f"copies of {TRAINED:,} events among {events:,}"
        rows.append([label, f"{spent:.1f}", f"{pairs} found, 1 planted"])
    print(tabulate(rows, ["what", "s", ""], tablefmt="pipe"))
    print()
    headings = ["run", "guards before the fit, s", "whole run, s", "share"]
    print(tabulate(shares(), headings, tablefmt="pipe"))


if __name__ == "__main__":
    main()
