"""Numbers within a text: one learned vector, scaled by the value, is the embedding of each."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ROWS = 1024
"""Of the base's embeddings, which the vector starts as long as."""


class ValueEmbedding(nn.Module):
    """The embeddings of values: a vector times the value.

    S. Golkar et al., xVal: A Continuous Number Encoding for Large Language Models, 2023.
    """

    def __init__(self, embedding: nn.Module) -> None:
        super().__init__()
        rows = embedding.get_parameter("weight")[:ROWS].detach().to(torch.float32)
        start = torch.randn(rows.shape[1]).to(rows.device) * rows.std()
        self.vector = nn.Parameter(start)

    def forward(self, embedded: Tensor, marks: Tensor, values: Tensor) -> Tensor:
        """A prompt's embeddings with those of its values in place: (b, longest, width).

        Args:
            embedded: (b, longest, width).
            marks: (b, longest), true where a value stands.
            values: (b, k), in the order of the marks.
        """
        amounts = values.gather(1, (marks.cumsum(1) - 1).clamp(min=0))  # (b, longest)
        made = (amounts[..., None] * self.vector).to(embedded.dtype)
        return torch.where(marks[..., None], made, embedded)
