"""Frozen blocks computed once: their states of each event, on disk, for all epochs and seeds."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import torch

import bench
from bench_llm.network.frozen import FrozenStates, frozen_depth, states_below
from bench_llm.network.fused import FusedModel
from bench_llm.scoring import TOKENS, batches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.building import NetworkPlan
    from bench_llm.examples import Examples
    from bench_llm.network.fused import Batch, Network

LIMIT = 16e9
"""Bytes that states may take on disk in all; where more are wanted, they are not kept."""
SPARE = 2e9
"""Bytes that are left free on the disk."""
FOLDER, VALUES = "frozen-states", "states.npy"


def with_frozen_states(
    network: Network, plan: NetworkPlan, examples: Examples, context: bench.Context, what: str
) -> Examples:
    """The examples with the states of the frozen blocks, where there are some below all training.

    They are computed where they are not on disk yet; the oldest make room.

    Args:
        network: with its tuning.
        plan: that it was built from.
        examples: read with their answers if `what` is `train`.
        context: its scratch folder keeps them.
        what: `train` or `valid`.
    """
    if not isinstance(network, FusedModel) or network.adapter is not None or network.values:
        return examples
    if not (depth := frozen_depth(network.language)):
        return examples
    states = _Frozen(network, examples, depth, context, answered=what == "train")
    folder = context.scratch / FOLDER
    form = [plan.digest, plan.form.precision, plan.form.quantised, plan.form.random]
    own = folder / bench.digest([form, states.key()])
    if not own.exists() and not _room(folder, states.size):
        context.notice(f"the frozen blocks' states of {what} are not kept: {states.size:.1e} bytes")
        return examples
    values = states.stored(own, f"frozen blocks, {what}")
    return replace(examples, states=FrozenStates(values, states.starts, depth))


@dataclass(frozen=True, eq=False)
class _Frozen:
    """The states of all events of a sample, to be computed or read."""

    network: FusedModel
    examples: Examples
    depth: int
    context: bench.Context
    answered: bool
    """Whether the events' answers are read with them."""

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the tokens of each event begin: (n + 1,)."""
        tokens = self.examples.tokens
        behind = tokens.answers.ids.shape[1] - 1 if self.answered else 0
        return np.concatenate([[0], np.cumsum(tokens.lengths + behind)])

    @property
    def shape(self) -> tuple[int, int]:
        """All tokens by the size of a state."""
        return int(self.starts[-1]), self.network.language.config.get_text_config().hidden_size

    @property
    def size(self) -> float:
        """Bytes of all states."""
        return 4.0 * self.shape[0] * self.shape[1]

    def key(self) -> list[object]:
        """What the states depend on beside the base."""
        tokens = self.examples.tokens
        said = bench.array_digest(self.examples.y) if self.answered else ""
        ids = [bench.array_digest(tokens.ids), bench.array_digest(tokens.answers.ids)]
        return [self.depth, ids, said, str(torch.__version__), self.context.device]

    def stored(self, folder: Path, label: str) -> NDArray[np.float32]:
        """The states in this folder, computed into it where they are not there or are damaged."""
        lock = _lock_of(folder)
        bench.make_folder(lock.parent)
        with bench.locked(lock, self.context.notice):
            try:
                bench.verify(folder)
            except bench.DamagedError as error:
                if folder.exists():
                    self.context.notice(f"{error}; it is made anew")
                self._make(folder, label)
            folder.touch()
            values: NDArray[np.float32] = np.load(folder / VALUES, mmap_mode="r")
        return values

    def _make(self, folder: Path, label: str) -> None:
        """Compute the states into this folder."""
        draft = folder.with_name(f".{folder.name}.{uuid4().hex}")
        draft.mkdir(parents=True)
        try:
            self._compute(draft / VALUES, label)
            bench.demand_held()
            bench.put_sealed(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _compute(self, file: Path, label: str) -> None:
        """Write the states of all events into a file."""
        device, lengths = self.context.device, np.diff(self.starts)
        nobody = np.zeros(len(self.examples), dtype=bool)
        values = np.lib.format.open_memmap(file, "w+", dtype=np.float32, shape=self.shape)
        if hasattr(os, "posix_fallocate"):  # a disk that fills up later kills who writes to a map
            with file.open("r+b") as stream:
                os.posix_fallocate(stream.fileno(), 0, file.stat().st_size)
        training = self.network.training
        self.network.eval()
        with self.context.progress(label, len(lengths)) as bar, torch.inference_mode():
            for rows in batches(lengths, TOKENS[device.partition(":")[0]]):
                batch = self.examples.prompts(rows, device)
                if self.answered:
                    batch, _ = self.examples.answered(rows, nobody[rows], device)
                for row, own in zip(rows, self._states(batch), strict=True):
                    values[self.starts[row] : self.starts[row + 1]] = own[: lengths[row]]
                bar.advance(len(rows))
        self.network.train(training)
        values.flush()

    def _states(self, batch: Batch) -> NDArray[np.float32]:
        """Of a batch: (b, longest, hidden)."""
        network, embedded = self.network, self.network.embed(batch)
        states = states_below(
            network.language,
            self.depth,
            lambda: network.language(inputs_embeds=embedded, use_cache=False),
        )
        return states.float().cpu().numpy()


def _lock_of(folder: Path) -> Path:
    """What is locked by who makes or removes the states of a folder, or those of its draft."""
    name = folder.name
    own = name[1:].rpartition(".")[0] if name.startswith(".") else name
    return folder.parent.with_name(f".{FOLDER}") / f"{own}.lock"


def _room(folder: Path, size: float) -> bool:
    """Whether states of this size may be folders, after the oldest have made room.

    Those that another process is making stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folders = sorted(((*_state(f), f) for f in folder.iterdir()), key=lambda one: one[0])
    total = size + sum(taken for _, taken, _ in folders)
    for _, taken, one in folders:
        if total <= LIMIT:
            break
        lock = _lock_of(one)
        bench.make_folder(lock.parent)
        with suppress(bench.LockedError), bench.locked(lock):
            shutil.rmtree(one, ignore_errors=True)
            total -= taken
    return size <= min(LIMIT, shutil.disk_usage(folder).free - SPARE)


def _state(folder: Path) -> tuple[float, int]:
    """When states were used last, and their bytes; nothing of those that are gone, or just begun.

    Other processes make room, too.
    """
    used, taken = 0.0, 0
    with suppress(FileNotFoundError):
        used = folder.stat().st_mtime
        taken = (folder / VALUES).stat().st_size
    return used, taken
