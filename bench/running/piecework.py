"""Work of a part that falls into pieces, each done in a process of its own, by whatever executor.

It goes the way of a study's runs: what a piece makes is on the disk that all share, and nothing
comes back but how its process ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass

from bench.api.errors import BenchError
from bench.plugins.needs import Needs
from bench.running.ends import REFUSED
from bench.running.spread import Outcome, Task, spread, variables_of
from bench.running.watch import last_line
from bench.storage.fingerprint import digest
from bench.storage.home import Home

PROGRAM = ("-P", "-m", "bench.running.piece")
LOGS = "spread"
"""Folder of the scratch with what pieces print that are not done."""


@dataclass(frozen=True)
class Piecework:
    """The `spread` of a context whose pieces an executor begins."""

    executor: Executor
    home: Home

    def __call__(self, work: Callable[[str], object], texts: Sequence[str]) -> Iterator[str]:
        """Do the work for every text; gives each one when it is done.

        Args:
            work: a function of a module.
            texts: what it is called with; no two of them are equal.

        Raises:
            BenchError: what a piece said that could not be done, or that it came to no end.
            WorkersGoneError: the executor has come to its end; what is done is on the disk.
        """
        for outcome in spread([self._task(work, text) for text in texts], self.executor):
            if outcome.code or outcome.why:
                raise _failure(outcome)
            outcome.task.log.unlink(missing_ok=True)
            yield outcome.task.given.decode()
        with suppress(OSError):  # what others print, or could not do, stays
            (self.home.scratch / LOGS).rmdir()

    def _task(self, work: Callable[[str], object], text: str) -> Task:
        words, needs = (work.__module__, work.__qualname__), Needs()
        key = digest([*words, text])
        log = self.home.scratch.absolute() / LOGS / f"{key[:32]}.txt"
        variables = variables_of(self.home, needs)
        given = text.encode()
        return Task(key, words, variables, log, needs, program=PROGRAM, given=given)


def _failure(outcome: Outcome) -> BenchError:
    """Why a piece could not be done."""
    log = outcome.task.log
    said = outcome.why or last_line(log)
    if outcome.code == REFUSED and said:
        log.unlink(missing_ok=True)
        return BenchError(said)
    see = f" (see {log})" if log.exists() else "; are the bench and this folder there?"
    return BenchError(f"a piece of the work came to no end: {said or _ended(outcome.code)}{see}")


def _ended(code: int) -> str:
    return f"killed by signal {-code}, each time" if code < 0 else f"exit code {code}"
