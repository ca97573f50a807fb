"""When what is trained: learning rate, batches, and which events go without their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

POOL = 16
"""Batches that are grouped by length together: enough to save padding, few enough to mix well."""
ORDER, DROPPED = 0, 1
"""Set the draws of one kind apart from those of another."""


@dataclass(frozen=True)
class Schedule:
    """How long and in what order; all of it is a function of seed and step."""

    epochs: int
    batch: int
    """Events that are computed at once, by each process."""
    accumulate: int
    """Batches in a step."""
    warmup: float
    """Share of the steps in which the learning rate rises."""
    decay: str
    """`cosine`, `linear` or `constant`, after the rise."""
    modality_dropout: float
    """Share of the events of a step that go without their numbers."""
    evaluations: int
    """How often the valid split is evaluated in an epoch."""
    seed: int
    ranks: int = 1
    """Processes that train together."""

    @property
    def events_a_step(self) -> int:
        """Events in a step, but for the last one of an epoch."""
        return self.batch * self.accumulate * self.ranks

    def steps_an_epoch(self, n: int) -> int:
        """Steps in one pass over n events."""
        return -(-n // self.events_a_step)

    def steps(self, n: int) -> int:
        """Steps in all, for n events."""
        return self.epochs * self.steps_an_epoch(n)

    def factor(self, step: int, steps: int) -> float:
        """The learning rate of a step as a share of its peak."""
        rise = max(1, round(self.warmup * steps))
        if step < rise:
            return (step + 1) / rise
        done = (step - rise) / max(1, steps - rise)
        return {
            "cosine": 0.5 * (1 + math.cos(math.pi * done)),
            "linear": 1 - done,
            "constant": 1.0,
        }[self.decay]

    def evaluates(self, step: int, n: int) -> bool:
        """Whether the valid split is evaluated after so many steps."""
        per_epoch = self.steps_an_epoch(n)
        done = step % per_epoch or per_epoch
        share = done * self.evaluations // per_epoch
        return share > (done - 1) * self.evaluations // per_epoch

    def remaining(self, lengths: NDArray[np.int64], done: int) -> Iterator[NDArray[np.intp]]:
        """The rows of each step from step `done` on."""
        per_epoch = self.steps_an_epoch(len(lengths))
        for epoch in range(done // per_epoch, self.epochs):
            yield from self._epoch(lengths, epoch)[max(0, done - epoch * per_epoch) :]

    def parts(self, rows: NDArray[np.intp]) -> list[slice]:
        """A step's events in batches of what is computed at once."""
        return [slice(i, i + self.batch) for i in range(0, len(rows), self.batch)]

    def dropped(self, step: int, n: int) -> NDArray[np.bool_]:
        """Which of a step's n events go without their numbers."""
        rng = np.random.default_rng([self.seed, DROPPED, step])
        return rng.random(n) < self.modality_dropout

    def _epoch(self, lengths: NDArray[np.int64], epoch: int) -> list[NDArray[np.intp]]:
        """An epoch's steps, each of events of like length."""
        rng = np.random.default_rng([self.seed, ORDER, epoch])
        order = rng.permutation(len(lengths))
        size = self.events_a_step
        steps = []
        for start in range(0, len(order), POOL * size):
            rows = order[start : start + POOL * size]
            rows = rows[np.argsort(lengths[rows], kind="stable")]
            steps += [rows[i : i + size] for i in range(0, len(rows), size)]
        return [steps[i] for i in rng.permutation(len(steps))]
