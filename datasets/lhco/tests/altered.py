"""Alters a file at random, and looks at what comes of it in a worker process with limits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from bench_lhco.files.check import _parts, _Sound
from bench_lhco.files.inspect import _inspect
from bench_lhco.files.sha256 import demand_recorded, record_sha256
from bench_lhco.limits import bounds
from bench_lhco.workers import KilledError, spread

from bench import InputError

STRUCTURE = 4096
"""Bytes at the start of a file in which HDF5 keeps most of what it has to believe."""


@dataclass(frozen=True)
class Alteration:
    """One truncation, or some flipped bits, of a file."""

    whole: Path
    seed: int

    def content(self) -> bytes:
        """The altered bytes, which are never the old ones."""
        rng = np.random.default_rng(self.seed)
        data = bytearray(self.whole.read_bytes())
        if rng.random() < 0.25:
            return bytes(data[: rng.integers(len(data))])
        reach = len(data) if rng.random() < 0.5 else STRUCTURE
        for bit in set(rng.integers(8 * reach, size=rng.choice([1, 1, 1, 2, 8])).tolist()):
            data[bit // 8] ^= 1 << bit % 8
        return bytes(data)

    def write(self) -> Path:
        """The altered file, with the sha256 of the whole one recorded beside it."""
        path = self.whole.with_name(f"{self.seed}.h5")
        path.write_bytes(self.content())
        record_sha256(path, sha256(self.whole.read_bytes()).hexdigest())
        return path


@dataclass(frozen=True)
class AlterationResult:
    """What came of an altered file."""

    refused: str
    """Why its values would be refused if no hash were recorded; empty if they would not."""
    accepted: bool
    """Whether it passed for the file whose hash is recorded."""
    seconds: float


def outcomes(altered: Sequence[Alteration]) -> Iterator[AlterationResult | None]:
    """What came of each, in no particular order; None for one that ended its worker process."""
    left = {each.seed: each for each in altered}
    while left:
        todo = list(left.values())
        try:
            for each, outcome in spread(_look, todo, 2, tell=_told, limited=True):
                del left[each.seed]
                yield outcome
        except KilledError as error:
            del left[int(error.item)]
            yield None


def _look(altered: Alteration) -> AlterationResult:
    begun = time.monotonic()
    path = altered.write()
    refused = ""
    try:
        with bounds():
            list(_inspect(path))
            parts = list(_parts(path, None, (0, 1)))
        refused = "; ".join(part.first for part in parts if not isinstance(part, _Sound))
    except InputError as error:
        refused = str(error)
    try:
        demand_recorded(path, sha256(path.read_bytes()).hexdigest())
        accepted = True
    except InputError:
        accepted = False
    return AlterationResult(refused, accepted, time.monotonic() - begun)


def _told(altered: Alteration) -> str:
    return str(altered.seed)
