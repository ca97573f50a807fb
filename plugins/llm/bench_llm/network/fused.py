"""A causal language model with an event's numbers among the embeddings of its prompt."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from bench_llm.network.adapter import Adapter
from bench_llm.network.frozen import standing_on
from bench_llm.network.reading import reading_only
from bench_llm.network.values import ValueEmbedding
from bench_llm.rendering import MARK, SLOT

if TYPE_CHECKING:
    from transformers import DynamicCache

FIRST, PREPENDED, DEDICATED, LAST, ANSWER = "first", "prepended", "dedicated", "last", "answer"
ADDED = (FIRST, ANSWER)
"""Places where the numbers' embedding is added to a token's; elsewhere they have their own."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Events as the network reads them."""

    ids: Tensor  # (b, longest), padded on the right
    reads: Tensor  # (b, r), the positions whose next token is wanted
    numbers: Tensor | None = None  # (b, d), in the columns' units; None to go without
    dropped: Tensor | None = None  # (b,), true where an event has to do without its numbers
    values: Tensor | None = None  # (b, k), scaled, of the placeholders in the text
    states: Tensor | None = None  # (b, longest, hidden), of the frozen blocks, if they are there
    depth: int = 0
    """How many blocks the states are behind."""
    before: DynamicCache | None = None
    """What attention sees of tokens before these, which are not among `ids`."""


class FusedModel(nn.Module):
    """The language model, and the adapter of the numbers, if any.

    Place of the numbers: `first` adds their embedding to that of the first token, `answer` to that
    of the prompt's last token, where the answer is read; `prepended`, `dedicated` and `last` put
    their embeddings into tokens of their own.
    """

    def __init__(
        self,
        language: PreTrainedModel,
        adapter: Adapter | None = None,
        place: str = FIRST,
        *,
        values: ValueEmbedding | None = None,
        recompute: bool = False,
    ) -> None:
        super().__init__()
        self.language, self.adapter, self.place = language, adapter, place
        self.values = values
        self.recompute = recompute

    def forward(self, batch: Batch) -> Tensor:
        """The language model's own logits of what follows the positions read: (b, r, vocabulary).

        Attention looks back only, so that no token sees the padding behind it and no mask is
        needed; and logits are computed for the positions read alone.
        """
        # activations that are computed again in the backward pass are computed as they were
        again = self.recompute and self.training
        with ExitStack() as stack:
            if batch.states is not None:
                stack.enter_context(standing_on(self.language, batch.depth, batch.states))
            stack.enter_context(reading_only(self.language, batch.reads, whole_blocks=again))
            logits: Tensor = self.language(
                inputs_embeds=self.embed(batch),
                past_key_values=batch.before,
                use_cache=batch.before is not None,
                return_dict=True,
            ).logits
        return logits

    def takes_numbers_at(self, place: str) -> bool:
        """Whether numbers are fused, and here."""
        return self.adapter is not None and self.place == place

    def embed(self, batch: Batch) -> Tensor:
        """The prompt's embeddings with the numbers in their place: (b, longest, width)."""
        ids = batch.ids
        embedded: Tensor = self.language.get_input_embeddings()(ids.clamp(min=0))
        if self.values is not None and batch.values is not None:
            embedded = self.values(embedded, ids == MARK, batch.values)
        if self.adapter is None:
            return embedded
        rows = torch.arange(len(ids), device=ids.device)
        made = self._made(batch, embedded)
        if self.place in ADDED:
            at = batch.reads[:, 0] if self.place == ANSWER else torch.zeros_like(rows)
            return embedded.index_put((rows, at), made[:, 0], accumulate=True)
        if self.place == LAST:  # begins as the token before it, where the base knows to answer
            made = made + embedded[rows, batch.reads[:, 0] - made.shape[1], None]
        # with nothing before them a 0 would stay 0 in every block, and its gradient grows in each
        # until it overflows: such tokens begin as the prompt's first one
        leading = (ids[:, 0] == SLOT)[:, None, None]
        made = torch.where(leading, made + embedded[:, made.shape[1], None], made)
        return embedded.masked_scatter((ids == SLOT)[..., None], made)

    def _made(self, batch: Batch, embedded: Tensor) -> Tensor:
        """The embeddings of the numbers, 0 where there are none: (b, tokens, width)."""
        assert self.adapter is not None
        if batch.numbers is None:
            return embedded.new_zeros(len(embedded), self.adapter.shape.tokens, embedded.shape[-1])
        made: Tensor = self.adapter(batch.numbers, batch.dropped)
        return made.to(embedded.dtype)


class AdapterAlone(nn.Module):
    """The control without a language model: the adapter, and a linear head of two logits."""

    language = None

    def __init__(self, adapter: Adapter) -> None:
        super().__init__()
        self.adapter = adapter
        self.head = nn.Linear(adapter.hidden * adapter.shape.tokens, 2)

    def forward(self, batch: Batch) -> Tensor:
        """Logits of background and signal: (b, 1, 2); the text plays no part."""
        if batch.numbers is None:
            raise ValueError("base=none has nothing to read without numbers")
        logits: Tensor = self.head(self.adapter(batch.numbers, batch.dropped).flatten(1))
        return logits[:, None]


Network = FusedModel | AdapterAlone
