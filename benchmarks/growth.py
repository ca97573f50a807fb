"""How cost grows: with the events of a dataset, with the runs of a store, with the workers.

    python benchmarks/growth.py [events] [runs] [workers] [--quick] [--keep FOLDER]

All of it takes hours of one core; `events` needs 5 GB of disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import rmtree

import numpy as np
from click.testing import CliRunner
from tabulate import tabulate

import bench
from bench.api.context import Context
from bench.cli.compare import command as compare
from bench.cli.list import command as list_command
from bench.plugins.registry import PluginEntry, load_registry
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage.fingerprint import digest, scores_digest
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store, write_metrics, write_scores

sys.path.insert(0, str(Path(__file__).parent))  # a safe path leaves the script's folder out

from growth_events import SIZES as EVENTS
from growth_events import growth_by_events
from growth_events import size as size_of
from growth_workers import growth_by_workers

PARTS = ("workers", "runs", "events")
SIZES = (10, 100, 500, 2000)
SETTINGS, ROUNDS = 8, 3
MOST = 1.0
"""Milliseconds of CPU that a stored run may add to any command but `report`."""
REQUEST = RunRequest(plugin="linear", dataset="small")


@dataclass(frozen=True)
class Small(bench.Dataset):
    """4000 events, signal and background apart in the first of two features."""

    name = "small"

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """Nothing is read: a seed makes the events."""
        return bench.Source(edition or "twin", Path(__file__), "1")

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """The events."""
        rng = np.random.default_rng(1)
        y = (np.arange(4000) % 2).astype(np.int8)
        x = rng.normal(size=(len(y), 2)).astype(np.float32)
        x[:, 0] += 2 * y
        columns = (bench.Column("mass", "GeV", "tells"), bench.Column("noise", "1", "does not"))
        ids = rng.integers(0, 2**64, size=len(y), dtype=np.uint64)
        return bench.Table(columns, x, y, ids, np.ones(len(y)))


class Place:
    """A home, and stores of several sizes beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.home, self.registry = root, Home(root / "home"), load_registry()
        entry = PluginEntry(Small, Small.name, "classifier-bench", "0")
        self.registry.entries[bench.Dataset][Small.name] = entry
        self.seeds = count(10_000)
        self.home.data.mkdir(parents=True, exist_ok=True)

    def run(self, store: Path, request: RunRequest = REQUEST) -> Run:
        """Do a run."""
        home = self.home
        context = Context(data=home.data, scratch=home.scratch, checkpoints=home.fits)
        return run(request, self.registry, home, Store(store), context)[0]

    def store(self, size: int, request: RunRequest = REQUEST, settings: int = SETTINGS) -> Path:
        """A store of so many sealed runs, one of them really done; made where there is none."""
        root = self.root / f"runs-{size}"
        template = self.run(root, request)
        for number in range(len(list(root.glob("*/run.json"))), size):
            other(template, Store(root), number, settings)
        return root


def other(template: Run, store: Store, number: int, settings: int) -> Run:
    """A run with an id, a setting, a seed and scores of its own on the template's events."""
    rng, was = np.random.default_rng(number), template.record
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    strength, seed = 2.0 + number % settings, number // settings
    samples = {}
    for name in ("valid", "evaluated"):
        scored = template.scored(name)
        noise = rng.normal(scale=1e-3, size=len(scored.y))
        score = np.clip(scored.score + noise, 0, 1)
        samples[name] = (replace(scored, score=score), template.events(name))
    key = digest([was.id, number])
    assert was.model
    record = replace(
        was,
        id=key,
        created=f"{created:%Y-%m-%dT%H:%M:%SZ}",
        seed=seed,
        request={**was.request, "seed": seed, "options": {"strength": f"{strength:g}"}},
        model=replace(was.model, options={**was.model.options, "strength": strength}),
        fit=digest([was.fit, number]),
        scores=digest([was.scores, number]),
        values=scores_digest(samples["evaluated"][0].score),
    )
    folder = store.claim(record.created, key)
    write_scores(folder, samples)
    write_metrics(folder, template.metrics())
    return store.seal(folder, record)


def measured(place: Place, size: int) -> dict[str, float]:
    """CPU seconds of each command in a store of so many runs, the least of a few rounds."""
    root = place.store(size)
    names = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    runs = ["--runs", str(root)]

    def new(request: RunRequest) -> None:
        rmtree(place.run(root, request).folder)

    def invoke(command: object, *words: str) -> None:
        ran = CliRunner().invoke(command, [*words, *runs], catch_exceptions=False)  # type: ignore[arg-type]
        assert ran.exit_code == 0, ran.output

    commands: dict[str, Callable[[], object]] = {
        "run, a new one": lambda: new(replace(REQUEST, seed=next(place.seeds))),
        "run, scores reused": lambda: new(replace(REQUEST, threshold="0.7")),
        "run, there already": lambda: place.run(root),
        "list runs": lambda: invoke(list_command, "runs"),
        "compare": lambda: invoke(compare, names[0], names[1]),
        "the folder listed": lambda: sorted(path.name for path in root.iterdir()),
        "report": lambda: write_report(Store(root).pick([]), place.root / "report"),
    }
    return {
        name: _least(done, 1 if name == "report" else ROUNDS) for name, done in commands.items()
    }


def _least(work: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def growth_by_runs(folder: Path, sizes: tuple[int, ...] = SIZES) -> int:
    """Print the growth with stored runs; 1 if a command but `report` grows by more than it may."""
    place = Place(folder)
    measured(place, sizes[0])  # imports and first calls are not timed
    by_size = {size: measured(place, size) for size in sizes}
    least, most = sizes[0], sizes[-1]
    rows, grown = [], {}
    for name in by_size[least]:
        seconds = [by_size[size][name] for size in sizes]
        grown[name] = 1000 * (seconds[-1] - seconds[0]) / (most - least)
        rows.append([name, *(f"{s:.3f}" for s in seconds), f"{grown[name]:.3f}"])
    disk = [size_of(place.store(size)) for size in sizes]
    rows.append(["MB on disk", *(f"{mb:.1f}" for mb in disk), ""])
    headings = ["CPU seconds of", *(f"{size} runs" for size in sizes), "ms a stored run"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True), flush=True)
    return int(any(ms > MOST for name, ms in grown.items() if name != "report"))


def main() -> int:
    """Print what is asked for; 1 if a command grows by more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes: a few minutes")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the stores of runs")
    given = parser.parse_args()
    parts, code = given.parts or PARTS, 0
    with tempfile.TemporaryDirectory() as scratch:
        if "workers" in parts:
            growth_by_workers(*((2.0, (1, 4)) if given.quick else ()))
        if "runs" in parts:
            sizes = SIZES[:2] if given.quick else SIZES
            code = growth_by_runs(given.keep or Path(scratch) / "runs", sizes)
        if "events" in parts:
            growth_by_events(Path(scratch), EVENTS[:1] if given.quick else EVENTS)
    return code


if __name__ == "__main__":
    sys.exit(main())
