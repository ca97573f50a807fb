"""How the runs of a study end: what is said of each, its place among them, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.running.failures import RunFailedError
    from bench.running.parts import RunParts
    from bench.storage.request import RunRequest
    from bench.storage.store import Run

FAILED, REFUSED = 1, 2
"""The exit codes of a command one of whose runs broke, or is refused."""


@dataclass
class Ends:
    """The ends of runs so far; a run is known by its number, the first one being 1."""

    every: Sequence[RunParts]
    tell: Callable[[str], None]
    runs: dict[int, Run] = field(default_factory=dict)
    """Those that have a record."""
    codes: set[int] = field(default_factory=lambda: {0})
    _badly: dict[int, str] = field(default_factory=dict)

    def begins(self, number: int) -> None:
        """Tell of a run before it begins."""
        self.tell(f"run {number} of {len(self.every)}: {self._words(number)}")

    def failed(self, number: int, error: RunFailedError) -> None:
        """Tell of a run that keeps its row without figures."""
        for line in (f"bench: {error}", *error.printed):
            self.tell(line)
        self.runs[number] = error.run
        self.codes.add(error.code)
        record = error.run.record
        self._badly[number] = f"run {number} ({record.title}): {record.status}"

    def refused(self, number: int, why: object) -> None:
        """Tell of a run that cannot be done."""
        self.without_row(number, f"is refused and has no row: {why}", "refused", REFUSED)

    def without_row(self, number: int, why: str, ended: str, code: int) -> None:
        """Tell of a run that there is no record of."""
        self.tell(f"bench: run {number} {why}")
        self.codes.add(code)
        self._badly[number] = f"run {number} ({self._words(number)}): {ended}"

    def all(self) -> tuple[list[Run], set[int]]:
        """The runs that have a record, in their order, and the exit codes that all ask for."""
        if self._badly:
            ends = "; ".join(self._badly[number] for number in sorted(self._badly))
            count = f"{len(self._badly)} of {len(self.every)}"
            self.tell(f"bench: {count} runs did not end well: {ends}")
        return [self.runs[number] for number in sorted(self.runs)], self.codes

    def _words(self, number: int) -> str:
        return in_words(self.every[number - 1].request)


def in_words(request: RunRequest) -> str:
    """A run in a few words, before anything is known of it."""
    return ", ".join([request.plugin, *request.encoders, f"seed {request.seed}"])
