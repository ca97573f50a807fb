"""Events a second that the twin's whole simulation generates on one core, against bare Pythia's.

Bare Pythia has the same settings and makes nothing of its events: a loop of `next()`, or
`nextBatch`, which gives arrays; the faster one counts. The whole simulation is that with the
detector and the trigger. Both go on in turns, so that what else the machine does hits both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from bench_lhco.twin.chunks import BATCH
from bench_lhco.twin.detector import detect
from bench_lhco.twin.physics import PROCESSES, generate, generator
from bench_lhco.twin.trigger import select_triggered
from tabulate import tabulate

KINDS = (
    ("rd", "background"),
    ("rd", "signal"),
    ("rd3", "signal"),
    ("blackbox1", "signal"),
    ("blackbox3", "dijet"),
    ("blackbox3", "trijet"),
)
"""All that differ, but for black box 2, whose shower takes so long that the rest hardly counts."""


def cpu(work: Callable[[], object]) -> float:
    """Seconds of one core."""
    started = time.process_time()
    work()
    return time.process_time() - started


def looped(pythia: Any) -> None:
    """A batch of events that Pythia keeps to itself."""
    for _ in range(BATCH):
        pythia.next()


def rates(dataset: str, kind: str, rounds: int) -> list[str]:
    """One row: the rates of generated events, their ratio, and how many are kept."""
    pythia = generator(PROCESSES[dataset][kind].settings, seed=1)
    rng = np.random.default_rng(1)
    triggered: list[int] = []
    works = {
        "loop": lambda: looped(pythia),
        "batch": lambda: pythia.nextBatch(BATCH),
        "all": lambda: triggered.append(
            len(select_triggered(detect(generate(pythia, BATCH), rng)))
        ),
    }
    for work in works.values():
        work()  # imports, and what is set up at the first event
    triggered.clear()
    spent = dict.fromkeys(works, 0.0)
    for _ in range(rounds):
        for name, work in works.items():
            spent[name] += cpu(work)
    loop, batch, whole = (BATCH * rounds / seconds for seconds in spent.values())
    columns = (f"{loop:.0f}", f"{batch:.0f}", f"{whole:.0f}", f"{whole / max(loop, batch):.2f}")
    return [f"{dataset}, {kind}", *columns, f"{sum(triggered) / spent['all']:.0f}"]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help=f"of {BATCH} events each way")
    rounds = parser.parse_args().rounds
    rows = [rates(dataset, kind, rounds) for dataset, kind in KINDS]
    headings = [
        "generated events/s, one core",
        "next()",
        "nextBatch",
        "simulation",
        "ratio",
        "kept events/s",
    ]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
