"""A sealed run: its record, and the files beside it, each of them verified and read once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError
from bench.api.scores import Counts, Estimate, Scored
from bench.storage.explanations_file import JudgedExplanations, read_explanations
from bench.storage.fingerprint import file_digest
from bench.storage.history import HISTORY
from bench.storage.machine import BUSY
from bench.storage.parse import parsed, read_json
from bench.storage.record import RunRecord
from bench.storage.scores_file import SCORES, read_scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METRICS = "metrics.json"


@dataclass(frozen=True)
class Metrics:
    """All figures of a run."""

    estimates: dict[str, Estimate]
    """Each figure with its interval, by name."""
    counts: Counts
    """How the decisions at the threshold fell."""


@dataclass(frozen=True)
class Run:
    """A sealed run and its folder."""

    folder: Path
    record: RunRecord

    @property
    def name(self) -> str:
        """The folder's name, by which commands know the run."""
        return self.folder.name

    def scored(self, sample: str = "evaluated") -> Scored:
        """The scores of one sample, `evaluated` or `valid`.

        Raises:
            DamagedError: the file is not what was sealed.
        """
        return self._sample(sample)[0]

    def events(self, sample: str = "evaluated") -> NDArray[np.uint64]:
        """The ids of the events of one sample, in the order of their scores: (n,).

        Raises:
            DamagedError: the file is not what was sealed.
        """
        return self._sample(sample)[1]

    def metrics(self) -> Metrics:
        """The figures, by name.

        Raises:
            DamagedError: the file is not what was sealed.
        """
        return self._metrics

    def history(self) -> list[dict[str, int | float | None]]:
        """The training scalars, step by step; none where the model logged none.

        Raises:
            DamagedError: the file is not what was sealed.
        """
        return self._history

    def explanations(self) -> JudgedExplanations | None:
        """What was found of its model's explanations; None where nobody looked.

        Raises:
            DamagedError: the file cannot be read.
        """
        return read_explanations(self.folder)

    def demand_sound(self) -> None:
        """Refuse scores or figures that are not what was sealed.

        Raises:
            DamagedError: which file.
        """
        for name in (METRICS, SCORES):
            self._verified(name)

    @cached_property
    def _evaluated(self) -> tuple[Scored, NDArray[np.uint64]]:
        return self._read("evaluated")

    def _sample(self, name: str) -> tuple[Scored, NDArray[np.uint64]]:
        """The evaluated one stays; of thousands of runs the others are too much to hold."""
        return self._evaluated if name == "evaluated" else self._read(name)

    def _read(self, name: str) -> tuple[Scored, NDArray[np.uint64]]:
        """The scores of a sample, and its events."""
        return read_scores(self._verified(SCORES), self.record)[name]

    @cached_property
    def _metrics(self) -> Metrics:
        read = read_json(self._verified(METRICS), Metrics)
        return replace(read, estimates={intern(k): _held(e) for k, e in read.estimates.items()})

    @cached_property
    def _history(self) -> list[dict[str, int | float | None]]:
        if HISTORY not in self.record.files:
            return []
        path = self._verified(HISTORY)
        kind = dict[str, int | float | None]
        return [parsed(line, kind, path) for line in path.read_bytes().splitlines()]

    @cached_property
    def _sound(self) -> set[str]:
        """The files that were verified."""
        return set()

    def _verified(self, name: str) -> Path:
        path = self.folder / name
        if name not in self._sound:
            try:
                sealed = path.is_file() and file_digest(path) == self.record.files.get(name)
            except OSError as error:
                if error.errno in BUSY:
                    raise
                reason = error.strerror or error
                raise DamagedError(f"{path} cannot be read: {reason}") from error
            if not sealed:
                raise DamagedError(f"{path} is not what was sealed")
            self._sound.add(name)
        return path


def _held(estimate: Estimate) -> Estimate:
    """The same with its words held once, as thousands of runs have the same ones."""
    return replace(estimate, method=intern(estimate.method), note=intern(estimate.note))
