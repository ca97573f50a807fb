"""A side, which runs once for each line that it reads and answers in JSON; and its asker.

Both sides stay in memory between their turns, so that they can alternate without loading anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent
VARIABLE, WALL, PROCESSOR = "LLM_PEERS_CLOCK", "wall", "processor"


def now() -> float:
    """Seconds by the clock that the asker chose: the wall's, or those that the process computed.

    After all that was asked of a GPU is done.
    """
    if uses_gpu():
        sys.modules["torch"].cuda.synchronize()
    if os.environ.get(VARIABLE) == PROCESSOR:
        return time.process_time()
    return time.perf_counter()


def serve(run: Callable[[], dict[str, Any]]) -> None:
    """Say that all is loaded, then run at each line; whatever libraries print goes to the log."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answers.write("{}\n")
    answers.flush()
    for _ in sys.stdin:
        answers.write(json.dumps(run() | {"memory": peak_memory()}) + "\n")
        answers.flush()


def uses_gpu() -> bool:
    """Whether this process has computed on a GPU."""
    return "torch" in sys.modules and sys.modules["torch"].cuda.is_initialized()


def peak_memory() -> float:
    """The most memory that this process has taken, GB; not that of the process that began it.

    Of the GPU where it computes there.
    """
    if uses_gpu():
        return float(sys.modules["torch"].cuda.max_memory_allocated()) / 1e9
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
        return int(line.split()[1]) * 1024 / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9


class Side:
    """The asker's end: one process with its own Python, threads and log."""

    def __init__(self, python: Path, module: str, task: Path, threads: int, clock: str) -> None:
        self.log = task.with_suffix(f".{module}.log")
        beside = os.environ.get("PYTHONPATH", "")  # where bench itself may lie
        environment = os.environ | {
            VARIABLE: clock,
            "OMP_NUM_THREADS": str(threads),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(FOLDER), beside])),
            "PYTHONSAFEPATH": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_VERBOSITY": "error",
        }
        self.process = subprocess.Popen(
            [str(python), "-m", f"peers.{module}", str(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            env=environment,
            text=True,
        )
        self._answer()

    def run(self) -> dict[str, Any]:
        """One run of it.

        Raises:
            RuntimeError: it has ended, with the end of its log.
        """
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Let it end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            raise RuntimeError(
                f"{self.process.args} ended with {code}:\n{self.log.read_text()[-3000:]}"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer
