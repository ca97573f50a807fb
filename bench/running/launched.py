"""Which of the processes this is that a launcher such as torchrun has begun together."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench.api.errors import RequestError

NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What a launcher says to each of them; without all of it a process is by itself."""
LOCAL, LOCAL_COUNT = "LOCAL_RANK", "LOCAL_WORLD_SIZE"
"""The same of those on one machine."""


@dataclass(frozen=True)
class Launched:
    """One of the processes that do a run together; by itself, the only one."""

    rank: int = 0
    """The first one leads."""
    count: int = 1
    local: int = 0
    """Among those on this machine."""
    local_count: int = 1

    def __post_init__(self) -> None:
        if not (0 <= self.rank < self.count and 0 <= self.local < self.local_count <= self.count):
            raise RequestError(
                f"process {self.rank} of {self.count}, {self.local} of {self.local_count} on this "
                "machine, says the launcher: wanted numbers below how many there are"
            )

    @property
    def leads(self) -> bool:
        """Whether it does the run; else it helps."""
        return self.rank == 0

    def devices(self, device: str) -> list[str]:
        """The device of each, where there are several: each its own GPU of its machine."""
        if self.count == 1:
            return []
        if device == "cpu":
            return [device] * self.count
        return [f"{device}:{rank % self.local_count}" for rank in range(self.count)]


BY_ITSELF = Launched()


def launched() -> Launched:
    """Which one this is, by the environment.

    Raises:
        RequestError: the environment says something that is no number, or cannot be.
    """
    if not all(os.environ.get(name) for name in NEEDED):
        return BY_ITSELF
    count = _number("WORLD_SIZE", "")
    if count == 1:  # whatever its number is: many a shell has -1 there
        return BY_ITSELF
    rank = _number("RANK", "")
    return Launched(rank, count, _number(LOCAL, str(rank)), _number(LOCAL_COUNT, str(count)))


def _number(name: str, default: str) -> int:
    value = os.environ.get(name) or default
    if not (value.isdecimal() and value.isascii()):
        raise RequestError(f"{name}={value}: wanted a whole number from 0 on")
    return int(value)
