"""Commands at work together, killed at random.

All that is installed is imported once; each command is a process of its own.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.errors import DamagedError
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import LOCKS, Store


@dataclass(frozen=True)
class Slow(Cut):
    """A cut whose fit takes a moment, and is counted."""

    name = "slow"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        """As a cut."""
        fitted = super().fit(train, valid, context)
        if context.checkpoints.is_relative_to(context.data.parent / "fits"):
            time.sleep(0.2)
            with (context.data / "fits").open("a") as stream:
                stream.write(f"{context.seed}\n")
        return fitted


def asked(place: Workplace, number: int, requests: int) -> int:
    """A process that asks for one of so many runs; gives its id."""
    if child := os.fork():
        return child
    code = 1
    try:
        request = RunRequest(plugin="slow", dataset="toy", seed=number % requests)
        run(request, place.registry, place.home, Store(place.store.root), place.context)
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def together(work: Path, commands: int, kills: int, requests: int) -> dict[str, int]:
    """Commands that are killed and typed again until all have ended well; what came of it."""
    place, rng = Workplace.at(work), random.Random(19)
    place.add(Slow)
    warm = replace(place, store=Store(work / "warm"))  # the smoke fit and the table of all
    os.waitpid(asked(warm, requests, requests + 1), 0)
    (place.home.data / "fits").unlink()
    running = {asked(place, number, requests): number for number in range(commands)}
    counts, ends = Counter[str](), Counter[int]()
    while running:
        if counts["kills"] < kills:
            time.sleep(rng.uniform(0.01, 0.3))
            os.kill(rng.choice(list(running)), signal.SIGKILL)
        pid, status = os.wait()
        number = running.pop(pid)
        if os.WIFSIGNALED(status):
            counts["kills"] += 1
        else:
            counts["failed"] += os.waitstatus_to_exitcode(status) != 0
            ends[number] += 1
        if os.WIFSIGNALED(status) or counts["kills"] < kills:
            running[asked(place, number, requests)] = number
    return {
        "failed": 0,
        **counts,
        "ended": len(ends),
        "fits": len((place.home.data / "fits").read_text().splitlines()),
        **sound(place, requests),
    }


def sound(place: Workplace, requests: int) -> dict[str, int]:
    """How many runs there are, how many are damaged, and whether they are what they should be."""
    alone = replace(place, store=Store(place.store.root.with_name("alone")))
    runs, damaged = list(Store(place.store.root).runs()), 0
    by_seed = {one.record.seed: one for one in runs if one.record.status == "ok"}
    other = 0
    for seed in range(requests):
        os.waitpid(asked(alone, seed, requests), 0)
    for one in Store(alone.store.root).runs():
        try:
            mine = by_seed[one.record.seed]
            mine.demand_sound()
            other += mine.metrics() != one.metrics()
            other += not np.array_equal(mine.scored().score, one.scored().score)
        except (DamagedError, KeyError):
            damaged += 1
    locks = len(list((place.store.root / LOCKS).iterdir()))
    return {"runs": len(runs), "damaged": damaged, "other": other, "locks": locks}


def main() -> None:
    """What a process of its own does."""
    counts = together(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    sys.stdout.write(f"{json.dumps(counts)}\n")
