"""Mistakes and mishaps that end a smoke fit before its guards have seen anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import bench
from mutants.sound import Fitted, Sound

FEW = 200
"""Events below which a fit is a smoke fit's."""


@dataclass(frozen=True)
class Mishap(Sound):
    """Something happens while it is fitted to a few events."""

    name = "mishap"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        if len(train) < FEW:
            self.happen()
        return super().fit(train, valid, context)

    def happen(self) -> None:
        """Nothing does."""


@dataclass(frozen=True)
class Raises(Mishap):
    """An index is out of bounds."""

    name = "raises"

    def happen(self) -> None:
        raise IndexError("index 96 is out of bounds")


@dataclass(frozen=True)
class OutOfMemory(Mishap):
    """There is no memory left."""

    name = "out-of-memory"

    def happen(self) -> None:
        raise MemoryError


@dataclass(frozen=True)
class WorkerKilled(Mishap):
    """A worker process is killed."""

    name = "worker-killed"

    def happen(self) -> None:
        killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        subprocess.run([sys.executable, "-c", killed], check=True)


@dataclass(frozen=True)
class Leaves(Mishap):
    """The plugin ends the process as if all were well."""

    name = "leaves"

    def happen(self) -> None:
        sys.exit(0)


@dataclass(frozen=True)
class FreshMishap(Sound):
    """Something happens in the fresh process that loads what was saved."""

    name = "fresh-mishap"

    def load(self, folder: Path, context: bench.Context) -> Fitted:
        if Path(sys.argv[0]).name == "fresh.py":
            self.happen()
        return super().load(folder, context)

    def happen(self) -> None:
        """Nothing does."""


@dataclass(frozen=True)
class FreshKilled(FreshMishap):
    """The machine takes the fresh process for the one with too much memory."""

    name = "fresh-killed"

    def happen(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class FreshOutOfMemory(FreshMishap):
    """The fresh process has no memory left."""

    name = "fresh-out-of-memory"

    def happen(self) -> None:
        raise MemoryError


@dataclass(frozen=True)
class FreshHangs(FreshMishap):
    """The fresh process does not come to its end."""

    name = "fresh-hangs"

    def happen(self) -> None:
        time.sleep(600)
