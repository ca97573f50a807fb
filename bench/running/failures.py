"""How a run can end that has a record and no figures."""

from __future__ import annotations

from bench.plugins.printed import PRINTED, last_lines
from bench.storage.store import TRACEBACK, Run
from bench.storage.typed import typed


class RunFailedError(Exception):
    """A run broke; its record is kept and holds the error."""

    code = 1
    """The exit code of a command that ends so."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"run {run.name} failed: {run.record.error} (see {run.folder / TRACEBACK})"
        )
        self.run = run

    @property
    def printed(self) -> list[str]:
        """The end of what it printed, line by line, after where all of it lies."""
        lines = last_lines(self.run.folder)
        return [f"it printed, at last (see {self.run.folder / PRINTED}):", *lines] if lines else []


def exit_code(codes: set[int]) -> int:
    """Of a command whose runs end with these: a run that broke counts before one that is void."""
    return RunFailedError.code if RunFailedError.code in codes else max(codes)


def doctor(run: Run) -> str:
    """The command that says what guards found in a run."""
    return typed("bench", "doctor", run.name, runs=run.folder.parent)


class VoidedRunError(RunFailedError):
    """A guard voided a run; its record is kept and says why."""

    code = 3

    def __init__(self, run: Run) -> None:
        Exception.__init__(
            self, f"run {run.name} is void: {run.record.error}; `{doctor(run)}` explains"
        )
        self.run = run


def failure_of(run: Run) -> RunFailedError:
    """How a run ended that has a record and no figures."""
    return VoidedRunError(run) if run.record.status == "void" else RunFailedError(run)
