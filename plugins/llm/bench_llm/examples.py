"""Tokenised events with their numbers and labels, and the batches that the network reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

import bench
from bench_llm.answers import IGNORED
from bench_llm.network.fused import Batch
from bench_llm.rendering import MARK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.network.adapter import Adapter
    from bench_llm.network.frozen import FrozenStates
    from bench_llm.rendering import Renderer, TokenizedPrompts

GIVEN, PERMUTED, ZEROED = "given", "permuted", "zeroed"


@dataclass(frozen=True, eq=False)
class Examples:
    """The events of a sample."""

    tokens: TokenizedPrompts
    numbers: NDArray[np.float32] | None  # (n, d)
    y: NDArray[np.int8]  # (n,)
    weights: NDArray[np.float64]  # (n,)
    padding: int = 0
    """The token that fills up a row."""
    values: NDArray[np.float32] | None = None  # (n, k), of the placeholders in the texts
    states: FrozenStates | None = None
    """Of the blocks below all that is trained, if they were computed beforehand."""

    def __len__(self) -> int:
        return len(self.y)

    def prompts(self, rows: NDArray[np.intp], device: str) -> Batch:
        """Prompts whose next token is asked for."""
        lengths = self.tokens.lengths[rows]
        ids = self.tokens.ids[rows, : lengths.max()]
        reads = (lengths - 1)[:, None]
        batch = Batch(
            _tensor(ids, device),
            _tensor(reads, device),
            _rows(self.numbers, rows, device),
            values=_rows(self.values, rows, device),
        )
        return self._standing(batch, rows, device)

    def answered(
        self, rows: NDArray[np.intp], dropped: NDArray[np.bool_], device: str
    ) -> tuple[Batch, Tensor]:
        """Prompts with their answers, and the tokens that are to be predicted: (b, r)."""
        return self.followed(rows, self.tokens.answers.ids[self.y[rows]], device, dropped)

    def followed(
        self,
        rows: NDArray[np.intp],
        answers: NDArray[np.int64],
        device: str,
        dropped: NDArray[np.bool_] | None = None,
    ) -> tuple[Batch, Tensor]:
        """Prompts with these answers behind them, and the answers: (b, r).

        The positions read are the prompt's last one and those of the answer, so that the loss is
        on the answer alone.

        Args:
            rows: (b,), of the events.
            answers: (b, r), token ids; `IGNORED` where one is shorter.
            device: where the tensors are wanted.
            dropped: (b,), true where an event has to do without its numbers.
        """
        lengths, padding = self.tokens.lengths[rows], self.padding
        ids = np.full((len(rows), lengths.max() + answers.shape[1] - 1), padding)
        ids[:, : lengths.max()] = self.tokens.ids[rows, : lengths.max()]
        reads = (lengths - 1)[:, None] + np.arange(answers.shape[1])
        filled = np.where(answers == IGNORED, padding, answers)
        np.put_along_axis(ids, reads[:, 1:], filled[:, :-1], axis=1)
        batch = Batch(
            _tensor(ids, device),
            _tensor(reads, device),
            _rows(self.numbers, rows, device),
            None if dropped is None else _tensor(dropped, device),
            _rows(self.values, rows, device),
        )
        return self._standing(batch, rows, device), _tensor(answers, device)

    def _standing(self, batch: Batch, rows: NDArray[np.intp], device: str) -> Batch:
        """The batch on the states of the frozen blocks, if they are there."""
        if self.states is None:
            return batch
        states = self.states.of(rows, batch.ids.shape[1], device)
        return replace(batch, states=states, depth=self.states.depth)


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
    values: int = 0
    """How many values a text has at most."""

    def read(self, inputs: bench.Inputs) -> Examples:
        """The events as the network reads them; a view that is not there is gone without.

        Raises:
            InputError: a prompt that is not sound, numbers or values that are not finite, or not as
                many as the network was built for.
        """
        texts = inputs.views.get("texts")
        tokens = self.renderer.prompts([self.bare] * len(inputs) if texts is None else texts)
        numbers = inputs.views.get("numbers")
        values = self._values(tokens, inputs)
        if self.adapter is None or numbers is None:
            return Examples(tokens, None, inputs.y, inputs.weights, self.renderer.padding, values)
        _demand_numbers(numbers, self.adapter.shape.d)
        if self.control == PERMUTED:
            numbers = numbers[np.random.default_rng(self.seed).permutation(len(numbers))]
        if self.control == ZEROED:
            mean = self.adapter.scaler.mean.cpu().numpy()
            numbers = np.broadcast_to(mean, numbers.shape)
        numbers, padding = numbers.astype(np.float32), self.renderer.padding
        return Examples(tokens, numbers, inputs.y, inputs.weights, padding, values)

    def _values(self, tokens: TokenizedPrompts, inputs: bench.Inputs) -> NDArray[np.float32] | None:
        """The values of the placeholders, where the network reads any."""
        values = inputs.views.get("values")
        if not self.values:
            return None
        marks = (tokens.ids == MARK).sum(axis=1)
        if values is None:
            if marks.any():
                raise bench.InputError(
                    "texts with placeholders; wanted the view 'values' with them"
                )
            return None
        _demand_numbers(values, self.values, "values")
        if (most := marks.max(initial=0)) > self.values:
            raise bench.InputError(f"{most} placeholders in a text of {self.values} values")
        return np.asarray(values, dtype=np.float32)


def _demand_numbers(numbers: NDArray[np.float32], d: int, view: str = "numbers") -> None:
    if numbers.ndim != 2 or numbers.shape[1] != d:
        raise bench.InputError(f"{view} of shape {numbers.shape}, wanted {d} of each event")
    if bad := int((~np.isfinite(numbers).all(axis=1)).sum()):
        raise bench.InputError(f"{bad} of {len(numbers)} events have {view} that are not finite")


def _rows(array: NDArray[np.float32] | None, rows: NDArray[np.intp], device: str) -> Tensor | None:
    return None if array is None else _tensor(array[rows], device)


def _tensor(array: NDArray[np.generic], device: str) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
