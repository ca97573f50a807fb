"""How the time that tasks take together falls with the workers that do them at once.

Each task is a process that sleeps, so that the cores of this machine do not limit; what is more
than the sleep is the start of a process, and what Dask and the bench do about it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from bench.plugins.needs import Needs
from bench.running.on_dask import executor_on
from bench.running.spread import Task, spread

AT_ONCE = (1, 2, 4, 8, 16, 32, 64)
EACH = 4
"""Tasks for each worker."""


def row(workers: int, seconds: float, folder: Path) -> list[str]:
    """What so many workers take for tasks that sleep so long."""
    program = ("-I", "-S", "-c", f"import time; time.sleep({seconds})")
    tasks = [
        Task(f"{n}", (f"{n}",), {}, folder / f"{workers}-{n}.txt", Needs(), program=program)
        for n in range(EACH * workers)
    ]
    with executor_on(f"local:{workers}", print) as executor:
        begun, used = time.monotonic(), time.process_time()
        codes = [outcome.code for outcome in spread(tasks, executor)]
        wall, cpu = time.monotonic() - begun, time.process_time() - used
    assert codes == [0] * len(tasks)
    ideal = EACH * seconds
    figures = (f"{wall:.1f}", f"{ideal / wall:.0%}", f"{1000 * cpu / len(tasks):.0f}")
    return [f"{workers}", f"{len(tasks)}", f"{ideal:.0f}", *figures]


def growth_by_workers(seconds: float = 10.0, at_once: tuple[int, ...] = AT_ONCE) -> None:
    """Print a line for each number of workers."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [row(workers, seconds, Path(folder)) for workers in at_once]
    headings = ["workers", "tasks", "sleep, s", "wall s", "of ideal", "CPU ms a task, of who asks"]
    print(tabulate(rows, headings, "pipe", disable_numparse=True), flush=True)
