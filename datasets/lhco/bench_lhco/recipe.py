"""What is made of every event of a file, and the key that it is kept by."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import bench

SLICE = 500
"""Events in memory at once in a worker."""


@dataclass(frozen=True)
class Recipe:
    """What is made of every event of a file."""

    path: Path
    digest: str
    """Content hash of the file; with `+` and more where its labels lie beside it."""
    radius: float
    min_pt: float
    features: str
    allowed: tuple[int, ...] = (0, 1)
    """The labels that there may be."""
    skip: bool = False
    """Whether invalid events are left out and counted."""
    constituents: bool = False
    """Whether the jets' constituents are kept too."""
    others: bool = False
    """Whether the event's other particles are kept with them."""

    @cached_property
    def key(self) -> str:
        """A name for all that decides what the chunks hold, but for labels from outside."""
        parts = {**asdict(self), "path": "", "slice": SLICE, "code": bench.code_digest(Recipe)}
        used = ("awkward", "awkward-cpp", "fastjet", "numpy", "pyarrow")
        parts |= {name: version(name) for name in used}
        return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16).hexdigest()
