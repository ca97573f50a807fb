"""A causal language model that has numbers added to the embedding of its first token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

CLIP = 10.0
"""Standard deviations from the mean at which a scaled number ends."""
WEIGHTS, SHAPE = "model.safetensors", "adapter.json"


class Scaler(nn.Module):
    """Numbers scaled to the mean and spread that they have in the train split."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(d))
        self.register_buffer("spread", torch.ones(d))

    def learn(self, numbers: NDArray[np.float32]) -> None:
        """Take mean and standard deviation from (n, d) numbers; a constant column becomes 0."""
        spread = numbers.std(axis=0, dtype="float64")
        spread[spread == 0] = 1.0
        self.mean.copy_(torch.from_numpy(numbers.mean(axis=0, dtype="float64")))
        self.spread.copy_(torch.from_numpy(spread))

    def forward(self, numbers: Tensor) -> Tensor:  # (b, d) -> (b, d)
        """Scaled numbers."""
        return ((numbers - self.mean) / self.spread).clamp(-CLIP, CLIP)


class FusedModel(nn.Module):
    """The language model, and the adapter from d numbers to its hidden size."""

    def __init__(self, language: PreTrainedModel, d: int, units: int) -> None:
        super().__init__()
        hidden = language.config.hidden_size
        self.d, self.units = d, units
        self.language = language
        self.scaler = Scaler(d)
        self.adapter = nn.Sequential(
            nn.Linear(d, units),
            nn.SiLU(),
            nn.Linear(units, units),
            nn.SiLU(),
            nn.Linear(units, hidden),
        )

    def forward(
        self, tokens: Tensor, last: Tensor, numbers: Tensor | None, held: Tensor | None = None
    ) -> Tensor:
        """Logits of the token that follows each prompt: (b, vocabulary).

        Args:
            tokens: (b, longest), padded on the right. Attention looks back only, so that no token
                of a prompt sees the padding behind it and no mask is needed.
            last: (b,), the place of each prompt's last token.
            numbers: (b, d), in the columns' units; None to go without.
            held: (b,), true where an event has to do without its numbers.
        """
        embedded = self.language.get_input_embeddings()(tokens)  # (b, longest, hidden)
        if numbers is not None:
            added = self.adapter(self.scaler(numbers))  # (b, hidden)
            if held is not None:
                added = added.masked_fill(held[:, None], 0.0)
            embedded = torch.cat([embedded[:, :1] + added[:, None], embedded[:, 1:]], dim=1)
        states = self.language.base_model(inputs_embeds=embedded, use_cache=False)
        rows = torch.arange(len(tokens), device=tokens.device)
        read = states.last_hidden_state[rows, last]  # (b, hidden): nothing else is read
        return self.language.get_output_embeddings()(read)

    def save(self, folder: Path) -> None:
        """Write weights, scaling and shape."""
        self.language.config.save_pretrained(folder)
        shape = {"d": self.d, "units": self.units}
        (folder / SHAPE).write_text(json.dumps(shape))
        save_model(self, str(folder / WEIGHTS))

    @classmethod
    def load(cls, folder: Path) -> FusedModel:
        """What `save` wrote; every weight has to be there, and no other."""
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        language = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        network = cls(language, **json.loads((folder / SHAPE).read_text()))
        load_model(network, folder / WEIGHTS, strict=True)
        return network.eval()
