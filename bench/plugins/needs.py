"""What a run with a part needs of the machine that it starts on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.api.errors import RequestError
from bench.api.parts import Part

UNITS = {
    **{"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12},
    **{"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
}
SIZE = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(UNITS)})")
VISIBLE = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""Variables that leave a process some of a machine's GPUs."""


@dataclass(frozen=True)
class Needs:
    """What a run with a part needs; a part has `needs = bench.Needs(gpu=1, memory="8 GiB")`.

    Where that depends on its options, `needs` is a property. A run needs the most of each that one
    of its parts does, and one on a GPU needs that GPU.

    Raises:
        RequestError: a number below 0, or a size that is none.
    """

    gpu: int = 0
    """GPUs."""
    memory: str = ""
    """Main memory: `8 GiB`."""
    cores: int = 0
    """Cores; 0 for as many as it is given."""

    def __post_init__(self) -> None:
        if min(self.gpu, self.cores) < 0 or (self.memory and not SIZE.fullmatch(self.memory)):
            units = ", ".join(UNITS)
            raise RequestError(f"{self!r}: wanted numbers from 0 on, and a size in {units}")

    @property
    def size(self) -> int:
        """The memory in bytes."""
        number = SIZE.fullmatch(self.memory)
        return round(float(number[1]) * UNITS[number[2]]) if number else 0

    def __or__(self, other: Needs) -> Needs:
        """What both need: the more of each."""
        memory = max((self, other), key=lambda one: one.size).memory
        return Needs(max(self.gpu, other.gpu), memory, max(self.cores, other.cores))

    def __str__(self) -> str:
        """In words; empty where nothing is needed."""
        gpus, cores = (
            f"{number} {word}{'s' if number > 1 else ''}" if number else ""
            for number, word in ((self.gpu, "GPU"), (self.cores, "core"))
        )
        return ", ".join(filter(None, [gpus, self.memory, cores]))


def needs_of(parts: Iterable[Part], device: str = "cpu") -> Needs:
    """What a run with these parts on this device needs.

    Raises:
        RequestError: a part says what it needs in another way.
    """
    every = Needs(gpu=int(device != "cpu"))
    for part in parts:
        needs = getattr(part, "needs", None) or Needs()
        if not isinstance(needs, Needs):
            raise RequestError(f"{part.name}: needs is {needs!r}; wanted bench.Needs(gpu=1)")
        every |= needs
    return every


def demand_gpus(parts: Iterable[Part]) -> None:
    """Refuse parts that need more GPUs than a process may use here.

    Raises:
        RequestError: how many there are.
    """
    here = gpus()
    for part in parts:
        if (needed := needs_of([part]).gpu) > here:
            raise RequestError(f"{part.name} needs {Needs(gpu=needed)}; there are {here} here")


def gpus() -> int:
    """The GPUs that a process may use on this machine, without loading what drives them."""
    nvidia = max(_count("/proc/driver/nvidia/gpus", "*"), _count("/dev", "nvidia[0-9]*"))
    amd = _count("/dev/dri", "renderD*") if Path("/dev/kfd").exists() else 0
    here = max(nvidia, amd, int(Path("/dev/dxg").exists()))  # the last is Windows' for Linux
    for variable in VISIBLE:
        if (named := os.environ.get(variable)) is not None:
            here = min(
                here, len([one for one in named.split(",") if one.strip() not in ("", "-1")])
            )
    return here


def _count(folder: str, pattern: str) -> int:
    return len(list(Path(folder).glob(pattern)))
