"""Memory and time of the view of particles: `python benchmarks/particles.py 100000 [--fit]`."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import bench
from bench.api.parts import Encoder, Model
from bench.data.encode import views_of
from bench.plugins.registry import load_registry
from bench.testing.excerpt import PARTICLES, excerpt


def repeated(events: int, file: Path) -> bench.Table:
    """So many events: those of the excerpt again and again, under ids of their own."""
    table, kept = excerpt(), pq.read_table(PARTICLES)
    times = -(-events // len(table))
    with pq.ParquetWriter(file, kept.schema, compression="zstd") as writer:
        for k in range(times):
            ids = pa.array(kept["event"].to_numpy() + np.uint64(k))
            writer.write_table(kept.set_column(0, "event", ids))
    ids = np.concatenate([table.ids + np.uint64(k) for k in range(times)])
    rows = np.tile(np.arange(len(table)), times)
    many = replace(
        table, x=table.x[rows], y=table.y[rows], ids=ids, weights=np.ones(len(ids)), beside=(file,)
    )
    return many.take(np.arange(events))


def most() -> float:
    """The most memory that this process has had, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def say(what: str, started: float, events: int) -> None:
    """Print what has been done, how fast, and the memory that it has taken."""
    seconds = time.process_time() - started
    sys.stdout.write(f"{what}: {events / seconds:.0f} events/s, {most():.2f} GB at most\n")


def main() -> None:
    """Encode so many events, and fit a model to them for an epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int)
    parser.add_argument("--fit", action="store_true", help="an epoch of deepsets on them too")
    asked = parser.parse_args()
    registry = load_registry()
    encoder = registry.find(Encoder, "particles").part()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        table = repeated(asked.events, where / "many.parquet")
        sys.stdout.write(f"before: {most():.2f} GB\n")
        started = time.process_time()
        inputs = bench.Inputs(views_of(encoder, table, {}), table.y, table.ids, table.weights)
        say("encoded", started, asked.events)
        if asked.fit:
            model = registry.find(Model, "deepsets").part(epochs=1)
            started = time.process_time()
            valid = inputs.take(np.arange(2000))
            fitted = model.fit(inputs, valid, bench.Context(where, where, where))
            say("fitted for an epoch", started, asked.events)
            started = time.process_time()
            fitted.score(inputs)
            say("scored", started, asked.events)


if __name__ == "__main__":
    main()
