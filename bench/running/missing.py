"""What of a study is on the disk by the content of its runs, what is missing, and what to type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.api.errors import BenchError
from bench.plugins.interruption import raise_if_users
from bench.plugins.options import options_in
from bench.plugins.under_way import at_work
from bench.running.ends import Ends
from bench.running.failures import failure_of
from bench.running.lines import shell_line, words_after_bench
from bench.running.prepared import prepare
from bench.running.recording import asked_key
from bench.running.settled import settled
from bench.running.spread import Task, variables_of
from bench.storage.distributions import changes
from bench.storage.fingerprint import digest
from bench.storage.request import SampleRequest
from bench.storage.store import BEGINNING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api.context import Context
    from bench.data.run_samples import RunSamples
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.store import Run, Store

LOGS = ".spread"
"""Folder beside the runs of what those print that are done in processes of their own."""


@dataclass(frozen=True)
class Missing:
    """A run that is not there, or not well."""

    number: int
    """Its place in the study, the first one being 1."""
    key: str
    """Its content hash."""
    parts: RunParts
    before: frozenset[str] = frozenset()
    """Names of runs of this content that had broken before."""


@dataclass
class Survey:
    """The runs of a study, as they are found on the disk."""

    every: Sequence[RunParts]
    home: Home
    store: Store
    context: Context
    tell: Callable[[str], None]
    ends: Ends = field(init=False)
    later: int = 0
    """Runs that come after the wave that was asked for last."""
    _samples: dict[str, RunSamples] = field(default_factory=dict)
    """Those of the run that was looked at last, by what was asked for."""

    def __post_init__(self) -> None:
        self.ends = Ends(self.every, self.tell)

    def waves(self) -> Iterator[list[Missing]]:
        """The runs that are missing, those together that need not wait for each other.

        One that goes on from another run (`--from`) comes after all before it. The disk is looked
        at when a wave is asked for. What is done goes to `ends`, and what is refused.
        """
        starts = [n for n, parts in enumerate(self.every, 1) if parts.request.start and n > 1]
        for first, after in pairwise([1, *starts, len(self.every) + 1]):
            self.later = len(self.every) + 1 - after
            yield list(self._missing(range(first, after)))

    def _missing(self, numbers: Sequence[int]) -> Iterator[Missing]:
        for number in numbers:
            try:
                parts = settled(self.every[number - 1], self.store)
                key = self._key(parts)
            except BenchError as error:
                self.ends.refused(number, error)
                continue
            if run := self.store.find(key):
                self.ends.runs[number] = run
                self.log(key).unlink(missing_ok=True)  # of one whose end nobody waited for
            else:
                one = Missing(number, key, parts)
                yield replace(one, before=frozenset(run.name for run in self._broken(one)))
        self._samples = {}

    def _key(self, parts: RunParts) -> str:
        """The content hash of a run.

        Raises:
            BenchError: its request or its input is bad.
        """
        try:
            with redirect_stdout(sys.stderr), at_work(f"the key of {digest(parts.request.said())}"):
                samples = self._samples.get(sampled := _sampled(parts))
                made = prepare(parts, self.home, self.store, self.context, samples)
                self._samples = {sampled: made.samples}
                return made.key
        except BenchError:
            raise
        except BaseException as error:  # what a plugin does here it does in the run, on record
            raise_if_users(error)
            return asked_key(parts.request)

    def ended(self, missing: Missing, *, before: bool = False) -> bool:
        """Take down the end of a run that was missing, if it has a record by now.

        Args:
            missing: the run.
            before: whether it may have ended before it was missing, too.
        """
        if run := self.store.find(missing.key):
            self.ends.runs[missing.number] = run
            self._withdraw(missing.key)
            return True
        ends = [run for run in self._broken(missing) if before or run.name not in missing.before]
        if run := ends[-1] if ends else None:
            self.ends.failed(missing.number, failure_of(run))
        return run is not None

    def _withdraw(self, key: str) -> None:
        """Remove what killed processes have left of a run that is done."""
        folders = sorted(self.store.root.glob(f"*-{key[:BEGINNING]}*"))
        if left := [one for one in folders if self.store.begun(one)]:
            with self.store.alone(key, self.context.notice):  # nobody else is at it
                for folder in left:
                    if (record := self.store.begun(folder)) and record.id == key:
                        self.store.withdraw(folder)

    def _broken(self, missing: Missing) -> list[Run]:
        """The runs of this content that broke or are void, the last ones at the end."""
        for key in (missing.key, asked_key(missing.parts.request)):
            runs = [run for run in self.store.runs(key) if run.record.id == key]
            if ends := [run for run in runs if run.record.status in ("failed", "void")]:
                return ends
        return []

    def log(self, key: str) -> Path:
        """The file of what a run prints that is done in a process of its own."""
        return self.store.root.absolute() / LOGS / f"{key[:32]}.txt"

    def task(self, missing: Missing) -> Task:
        """A run that is missing, to be done in a process of its own."""
        needs = missing.parts.needs
        variables, log = variables_of(self.home, needs), self.log(missing.key)
        words = words_after_bench(missing.parts.request, self.store.root)
        return Task(missing.key, tuple(words), variables, log, needs)

    def command(self, missing: Missing) -> str:
        """What to type in a shell, in any folder, to have a run that is missing."""
        parts = missing.parts
        return shell_line(parts.request, parts.needs, self.home, self.store.root)

    def first(self) -> list[Missing]:
        """The runs that are missing and can be done now.

        Those that broke before, or are void, keep none waiting.
        """
        every: list[Missing] = []
        for wave in self.waves():
            every += wave
            if not all(one.before for one in wave):
                break
        return every

    def collect(self) -> list[Missing]:
        """Take down the ends of all runs; gives those that have none and can be done."""
        for wave in self.waves():
            if missing := [one for one in wave if not self.ended(one, before=True)]:
                return missing
        begun = (self.store.begun(folder) for folder in self.store.root.glob("[!.]*"))
        left = {record.id for record in begun if record}
        for key in left & {run.record.id for run in self.ends.runs.values()}:
            self._withdraw(key)
        return []

    def not_held(self, missing: Sequence[Missing]) -> Iterator[str]:
        """A line for each missing run that was done well somewhere, and does not hold here."""
        numbers = {digest(one.parts.request.said()): one.number for one in missing}
        last: dict[int, Run] = {}
        for run in self.store.runs():
            if run.record.status == "ok" and (n := numbers.get(digest(run.record.request))):
                last[n] = run
        for number, run in sorted(last.items()):
            why = "; ".join(changes(run.record.versions | run.record.judged_with)[:3])
            why = why or "the code or the events are others"
            yield f"run {number} was done as {run.name}, which does not hold here: {why}"


def _sampled(parts: RunParts) -> str:
    """What decides the samples of a run, and which of them it may use."""
    request = parts.request
    said = [repr(getattr(request, each.name)) for each in fields(SampleRequest)]
    origins = [
        (one.dataset.name, options_in(one.dataset), one.distribution) for one in parts.datasets
    ]
    weak = repr(request.weak)
    return digest([said, weak, origins, request.quick, request.start, sorted(request.allow)])
