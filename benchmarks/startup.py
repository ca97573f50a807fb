"""What the commands that answer at once cost, beside importing click and numpy in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

from tabulate import tabulate

BASE = "import click, numpy"
BENCH = (["--help"], ["list"], ["run", "--help"], ["list", "runs"], ["show", "gbt"])
GOALS = {"bench --help": 1.0, "bench list": 1.5}
TIMES = 11


def user_seconds(arguments: list[str]) -> float:
    """User CPU seconds of Python with these arguments, its children included."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return used.ru_utime


def main() -> None:
    """Each in turn, several times, so that other work on the machine strikes all alike."""
    commands = {BASE: ["-c", BASE], "import bench": ["-c", "import bench"]}
    commands |= {f"bench {' '.join(words)}": ["-m", "bench", *words] for words in BENCH}
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(TIMES):
        for name, arguments in commands.items():
            spent[name].append(user_seconds(arguments))
    base = median(spent[BASE])
    rows = [
        [name, f"{median(of):.3f}", f"{median(of) / base:.2f}", GOALS.get(name, "")]
        for name, of in spent.items()
    ]
    headings = ["command", "user CPU, s", "ratio", "goal"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
