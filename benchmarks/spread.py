"""What many runs at once bring: 60 runs that wait, by one and by four at once; and what they cost.

    python benchmarks/spread.py [RUNS] [SECONDS]

Each run waits so many seconds in its fit, so that cores do not limit; it takes
60 * (10 + 3) / 60 = 13 minutes by one at once, and four by four.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from tabulate import tabulate

from bench.plugins.needs import Needs
from bench.running.on_dask import executor_on
from bench.running.spread import PROGRAM, Task, spread

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from spreading import Spread

AT_ONCE = (1, 4)
SMALLEST = 40
"""Commands that do nothing, whose time beyond their own start is taken."""


def took(do: Callable[[], object]) -> float:
    """Seconds."""
    started = time.monotonic()
    do()
    return time.monotonic() - started


def speed(folder: Path, runs: int, seconds: float) -> None:
    """Print what studies take that do so many runs at once."""
    rows = []
    for number in AT_ONCE:
        place = Spread.at(folder / f"{number}", runs, seconds)
        whole = took(lambda place=place, number=number: place.study("--on", f"local:{number}"))
        assert sorted(place.records()) == ["ok"] * runs
        rows.append((number, f"{whole:.0f} s", f"{whole / runs:.1f} s", whole))
    table = [(*row[:3], f"{rows[0][3] / row[3]:.2f}") for row in rows]
    print(tabulate(table, ("at once", "the study", "a run", "times faster")))


def overhead(folder: Path) -> None:
    """Print what a run costs beyond the start of its process."""

    def bare() -> None:
        for _ in range(SMALLEST):
            subprocess.run([sys.executable, *PROGRAM, "--version"], capture_output=True, check=True)

    def by(executor: Executor, name: str) -> None:
        logs = [folder / "logs" / f"{name}{number}.txt" for number in range(SMALLEST)]
        tasks = [Task(log.stem, ("--version",), {}, log, Needs()) for log in logs]
        assert [one.code for one in spread(tasks, executor)] == [0] * SMALLEST

    bare()  # whose modules are compiled then
    alone = took(bare) / SMALLEST
    with ThreadPoolExecutor(1) as threads, executor_on("local:1", print) as dask:
        for name, executor in (("threads", threads), ("Dask", dask)):
            each = took(lambda e=executor, n=name: by(e, n)) / SMALLEST
            print(f"{name}: {1000 * (each - alone):+.0f} ms a run, beside {1000 * alone:.0f} ms")


def main() -> None:
    """Measure and print."""
    runs, seconds = (int(sys.argv[1]) if len(sys.argv) > 1 else 60), 10.0
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else seconds
    with tempfile.TemporaryDirectory() as folder:
        overhead(Path(folder))
        speed(Path(folder), runs, seconds)


if __name__ == "__main__":
    main()
