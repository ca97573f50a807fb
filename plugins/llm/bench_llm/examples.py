"""Tokenised events with their numbers and labels, and the batches that the network reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

import bench
from bench_llm.network.fused import Batch
from bench_llm.rendering import IGNORED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.network.adapter import Adapter
    from bench_llm.rendering import Renderer, Tokens

GIVEN, PERMUTED, ZEROED = "given", "permuted", "zeroed"


@dataclass(frozen=True, eq=False)
class Examples:
    """The events of a sample."""

    tokens: Tokens
    numbers: NDArray[np.float32] | None  # (n, d)
    y: NDArray[np.int8]  # (n,)
    weights: NDArray[np.float64]  # (n,)

    def __len__(self) -> int:
        return len(self.y)

    def prompts(self, rows: NDArray[np.intp], device: str) -> Batch:
        """Prompts whose next token is wanted."""
        lengths = self.tokens.lengths[rows]
        ids = self.tokens.ids[rows, : lengths.max()]
        reads = (lengths - 1)[:, None]
        return Batch(_tensor(ids, device), _tensor(reads, device), self._numbers(rows, device))

    def answered(
        self, rows: NDArray[np.intp], renderer: Renderer, held: NDArray[np.bool_], device: str
    ) -> tuple[Batch, Tensor]:
        """Prompts with their answers, and the tokens that are to be predicted: (b, r).

        The positions read are the prompt's last one and those of the answer, so that the loss is
        on the answer alone.
        """
        answers = renderer.answers[self.y[rows]]  # (b, r)
        lengths = self.tokens.lengths[rows]
        ids = np.full((len(rows), lengths.max() + answers.shape[1] - 1), renderer.padding)
        ids[:, : lengths.max()] = self.tokens.ids[rows, : lengths.max()]
        reads = (lengths - 1)[:, None] + np.arange(answers.shape[1])
        told = np.where(answers == IGNORED, renderer.padding, answers)
        np.put_along_axis(ids, reads[:, 1:], told[:, :-1], axis=1)
        batch = Batch(
            _tensor(ids, device),
            _tensor(reads, device),
            self._numbers(rows, device),
            _tensor(held, device),
        )
        return batch, _tensor(answers, device)

    def _numbers(self, rows: NDArray[np.intp], device: str) -> Tensor | None:
        return None if self.numbers is None else _tensor(self.numbers[rows], device)


@dataclass(frozen=True, eq=False)
class Reader:
    """Makes examples of inputs, the same way for training and for scoring."""

    renderer: Renderer
    bare: str
    """The prompt of an event whose text is not there."""
    adapter: Adapter | None
    """Takes the numbers; None where the network takes none."""
    control: str = GIVEN
    """`permuted` between the events or `zeroed`, which is to say at their mean."""
    seed: int = 0
    """Of the permutation."""

    def read(self, inputs: bench.Inputs) -> Examples:
        """The events as the network reads them; a view that is not there is gone without.

        Raises:
            InputError: a prompt that is not sound, numbers that are not finite, or not as many as
                the network was built for.
        """
        texts = inputs.views.get("texts")
        tokens = self.renderer.prompts([self.bare] * len(inputs) if texts is None else texts)
        numbers = inputs.views.get("numbers")
        if self.adapter is None or numbers is None:
            return Examples(tokens, None, inputs.y, inputs.weights)
        _demand_numbers(numbers, self.adapter.shape.d)
        if self.control == PERMUTED:
            numbers = numbers[np.random.default_rng(self.seed).permutation(len(numbers))]
        if self.control == ZEROED:
            mean = self.adapter.scaler.mean.cpu().numpy()
            numbers = np.broadcast_to(mean, numbers.shape)
        return Examples(tokens, numbers.astype(np.float32), inputs.y, inputs.weights)


def _demand_numbers(numbers: NDArray[np.float32], d: int) -> None:
    if numbers.ndim != 2 or numbers.shape[1] != d:
        raise bench.InputError(f"numbers of shape {numbers.shape}, wanted {d} of each event")
    if bad := int((~np.isfinite(numbers).all(axis=1)).sum()):
        raise bench.InputError(f"{bad} of {len(numbers)} events have numbers that are not finite")


def _tensor(array: NDArray[np.generic], device: str) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
