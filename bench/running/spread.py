"""Many runs, or pieces of other work, at once: each a process of its own, by whatever executor.

Nothing but this passes between the one who begins them and them: what a run made is on the disk.
"""

from __future__ import annotations

import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.api.errors import BenchError
from bench.plugins.needs import Needs
from bench.plugins.under_way import PARENT
from bench.storage.files import make_folder
from bench.storage.home import VARIABLE, Home
from bench.storage.typed import RUNS

TRIES = 5
"""Times that a run is begun whose process, or whose worker, is killed."""
INTERRUPTED = 130
"""The exit code of a command that was interrupted, and that goes on when it is begun again."""
PROGRAM = ("-P", "-m", "bench")
"""What is the command `bench` to a Python, whatever lies in the folder that it is begun in."""
THREADS = ("BENCH_JOBS", "OMP_NUM_THREADS")
"""Variables that say how many processes or threads a task may use."""
BEGUN = re.compile(r"(\S+) begun on (\S+)")
"""The first line of a task's messages."""
OF_SURROUNDINGS = ("PYTHONPATH", "HF_HOME", "HF_HUB_CACHE")
"""Variables by which a line's process finds what the one that printed it does: batch systems start
jobs with an environment of their own."""
_CHILDREN: set[subprocess.Popen[bytes]] = set()


class WorkersGoneError(BenchError):
    """Nobody is there any more who would begin runs."""


def here() -> str:
    """The folder that names of files are read in; empty where it is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


@dataclass(frozen=True)
class Task:
    """Work for a process of its own; it can be begun on any machine with the same files."""

    key: str
    """The content hash of the work, such as a run."""
    words: tuple[str, ...] = field(repr=False)  # which workers write into their logs
    """What is typed after `bench`."""
    variables: Mapping[str, str] = field(repr=False)
    """Of its environment."""
    log: Path
    """The file of what it prints."""
    needs: Needs
    attempt: int = 1
    program: tuple[str, ...] = PROGRAM
    """What Python does, if it is not `bench`."""
    given: bytes = field(default=b"", repr=False)
    """What it reads."""
    folder: str = field(default_factory=here, repr=False)
    """Where names of files are read, if that folder is there."""


@dataclass(frozen=True)
class Outcome:
    """How the process of a task ended."""

    task: Task
    code: int
    """Its exit code; minus the number of the signal that killed it, each time."""
    why: str = ""
    """Why nobody knows its exit code."""


def do(task: Task) -> int:
    """Do a task here, in a process that ends with this one; gives its exit code."""
    make_folder(task.log.parent)
    with task.log.open("wb") as log:
        began = datetime.now(UTC).isoformat(timespec="seconds")
        log.write(f"{began} begun on {platform.node() or '?'}\n".encode())
        log.flush()
        child = subprocess.Popen(
            [sys.executable, *task.program, *task.words],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **task.variables, PARENT: str(os.getpid())},
            cwd=task.folder if os.access(task.folder, os.X_OK) else None,
        )
    _CHILDREN.add(child)
    try:
        child.communicate(task.given)
        return child.returncode
    finally:
        _CHILDREN.discard(child)


def variables_of(home: Home, needs: Needs) -> dict[str, str]:
    """Those that a task works with: what the bench heeds, as it is here, and its threads."""
    threads = {name: str(needs.cores or 1) for name in THREADS}
    given = {name: os.environ[name] for name in THREADS if name in os.environ}
    return {**threads, **given, **heeded(home)}


def heeded(home: Home) -> dict[str, str]:
    """The variables that the bench heeds, as they are here."""
    apart = (PARENT, RUNS)
    own = {n: v for n, v in os.environ.items() if n.startswith("BENCH_") and n not in apart}
    return own | {VARIABLE: str(home.root.absolute())}


def interrupt() -> None:
    """Interrupt the tasks that this process does itself; each is recorded so, and ends."""
    for child in list(_CHILDREN):
        child.send_signal(signal.SIGINT)


def spread(tasks: Iterable[Task], executor: Executor) -> Iterator[Outcome]:
    """Have the tasks done, as many at once as the executor does; gives how each ended as it ends.

    Raises:
        WorkersGoneError: the executor has come to its end.
    """
    under_way: dict[Future[int], Task] = {executor.submit(do, task): task for task in tasks}
    while under_way:
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            outcome = _outcome(under_way.pop(future), future)
            task = outcome.task
            lost = outcome.code < 0 or outcome.code == INTERRUPTED or outcome.why
            if lost and task.attempt < TRIES:
                again = replace(task, attempt=task.attempt + 1)
                under_way[executor.submit(do, again)] = again
            else:
                yield outcome


def _outcome(task: Task, future: Future[int]) -> Outcome:
    """How a task ended.

    Raises:
        WorkersGoneError: it was not the task that did.
    """
    if future.cancelled() or isinstance(error := future.exception(), BrokenExecutor):
        raise WorkersGoneError("who was to begin the runs is gone; the same command goes on")
    if error is None:
        return Outcome(task, future.result())
    first = next(iter(str(error).splitlines()), "")
    return Outcome(task, 1, f"{type(error).__name__}: {first}")
