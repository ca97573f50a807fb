"""Looks at the valid split: what the network had learned at each of them, kept with the fit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_llm.looks import ABOUT
from bench_llm.network.saved import save_learned

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Looks:
    """The looks of one training, a sealed folder each, numbered from 1."""

    folder: Path

    def keep(self, number: int, network: nn.Module, about: Mapping[str, float]) -> None:
        """Write what the network has learned; one that was there is of the same step again.

        Raises:
            LockLostError: this process stood still, and the folder is another one's now.
        """
        bench.demand_held()
        target, draft = self.folder / str(number), self.folder / f".{number}"
        shutil.rmtree(draft, ignore_errors=True)
        bench.make_folder(draft)
        save_learned(network, draft)
        (draft / ABOUT).write_text(json.dumps(about))
        bench.demand_held()
        bench.put_sealed(draft, target)

    def demand_sound(self, count: int) -> None:
        """Look at the first ones.

        Raises:
            DamagedError: one of them is gone, or is not what was written.
        """
        for number in range(1, count + 1):
            bench.verify(self.folder / str(number))

    def copy(self, count: int, target: Path) -> None:
        """Put the first ones into another folder."""
        self.demand_sound(count)
        for number in range(1, count + 1):
            shutil.copytree(self.folder / str(number), target / str(number))
