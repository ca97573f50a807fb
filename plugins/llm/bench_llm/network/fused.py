"""A causal language model with an event's numbers among the embeddings of its prompt."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from bench_llm.network.adapter import Adapter
from bench_llm.network.reading import reading_only
from bench_llm.network.values import ValueEmbedding

FIRST, PREPENDED, DEDICATED = "first", "prepended", "dedicated"


@dataclass(frozen=True, eq=False)
class Batch:
    """Events as the network reads them."""

    ids: Tensor  # (b, longest), padded on the right
    reads: Tensor  # (b, r), the positions whose next token is wanted
    numbers: Tensor | None = None  # (b, d), in the columns' units; None to go without
    dropped: Tensor | None = None  # (b,), true where an event has to do without its numbers
    values: Tensor | None = None  # (b, k), scaled, of the placeholders in the text


class FusedModel(nn.Module):
    """The language model, and the adapter of the numbers, if any.

    Place of the numbers: `first` adds their embedding to that of the first token, `prepended` puts
    it before that token, `dedicated` puts one or more behind it.
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
        """Logits of the tokens that follow the positions read: (b, r, vocabulary).

        Attention looks back only, so that no token sees the padding behind it and no mask is
        needed; and logits are computed for the positions read alone.
        """
        embedded, shift = self.embed(batch)
        reads = batch.reads + shift
        rows = torch.arange(len(reads), device=reads.device)[:, None]
        # activations that are computed again in the backward pass are computed as they were
        again = self.recompute and self.training
        with nullcontext() if again else reading_only(self.language, reads):
            states = self.language.base_model(inputs_embeds=embedded, use_cache=False)
        read = states.last_hidden_state[rows, reads]  # (b, r, hidden)
        logits: Tensor = self.language.get_output_embeddings()(read)
        return logits

    def embed(self, batch: Batch) -> tuple[Tensor, int]:
        """The prompt's embeddings (b, longest + shift, hidden), and by how much they shifted."""
        embedding = self.language.get_input_embeddings()
        if self.values is None:
            embedded = embedding(batch.ids)
        else:
            embedded = self.values(embedding, batch.ids, batch.values)
        if self.adapter is None or batch.numbers is None:
            return embedded, 0
        made = self.adapter(batch.numbers, batch.dropped).to(embedded.dtype)
        if self.place == FIRST:
            return torch.cat([embedded[:, :1] + made, embedded[:, 1:]], dim=1), 0
        at = 0 if self.place == PREPENDED else 1
        return torch.cat([embedded[:, :at], made, embedded[:, at:]], dim=1), made.shape[1]


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
