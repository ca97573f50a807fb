"""The figures that the documents state, measured by the commands that a user would type."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tabulate import tabulate

from bench.metrics.format import figure
from bench.storage.store import Run, Store

RUNS = Path("runs")
OFFICIAL = Path("../shared/data/lhco_rd_sample.h5")

RD = "--dataset rd --edition twin --events 4000"
COMMANDS = {
    "gbt, rd": f"--plugin gbt {RD}",
    "llm-text, rd": f"--plugin llm-text {RD}",
    "llm-nfa, rd": f"--plugin llm-nfa {RD}",
    "llm-token, rd": f"--plugin llm-token {RD}",
    "llm-text, rd, numbers permuted": f"--plugin llm-text {RD} --permute numbers",
    "llm-nfa, rd, numbers permuted": f"--plugin llm-nfa {RD} --permute numbers",
    "llm-token, rd, numbers permuted": f"--plugin llm-token {RD} --permute numbers",
    "llm-nfa, rd, without numbers": f"--plugin llm-nfa {RD} --without numbers",
    "gbt, rd, the diary's 16 numbers": f"--plugin gbt {RD} --set features=diary",
    "gbt, blackbox1": "--plugin gbt --dataset blackbox1 --edition twin",
    "llm-nfa, blackbox1": "--plugin llm-nfa --dataset blackbox1 --edition twin",
    "gbt fitted on the twin, official rd": (
        f"--plugin gbt --dataset rd --train-edition twin --ratio natural --file {OFFICIAL}"
    ),
}


def measured(arguments: str) -> tuple[Run, float]:
    """The run of a command, and the wall seconds that the command took."""
    started = time.monotonic()
    command = [sys.executable, "-m", "bench", "run", *arguments.split(), "--runs", str(RUNS)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    took = time.monotonic() - started
    name = printed.rstrip().rpartition("run ")[2].partition(",")[0]
    (run,) = Store(RUNS).pick([name])
    return run, took


def main() -> None:
    """Run each command twice, the second time to see what is reused, and print one table."""
    rows = []
    for label, arguments in COMMANDS.items():
        if str(OFFICIAL) in arguments and not OFFICIAL.is_file():
            print(f"left out: {label}, as {OFFICIAL} is not there", file=sys.stderr)
            continue
        run, first = measured(arguments)
        _, again = measured(arguments)
        estimates, seconds = run.metrics().estimates, run.record.seconds
        sample = run.record.sample
        scored = (sample.signal + sample.background) / max(seconds["score evaluated"], 1e-9)
        cells = [
            figure(estimates["auc"]),
            figure(estimates["max_sic"]),
            figure(estimates["accuracy"]),
        ]
        fit = "reused" if run.record.fit_reused else f"{seconds['fit']:.0f}"
        rows.append([label, *cells, fit, f"{scored:.0f}", f"{first:.1f}", f"{again:.1f}"])
    headings = ["run", "AUC", "max SIC", "accuracy", "fit, s", "scored events/s", "s", "again, s"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
