"""What says why: a language model that reads the states which an answer was given from.

The prompt and the answer are read by the fitted network, whose keys and values stay as they are;
the words behind them are written by weights of their own. So an explanation looks at what the
answer came from, and scores are the same with it and without, to the bit.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import bench
from bench_llm.answers import IGNORED
from bench_llm.bases.loading import load_language
from bench_llm.network.lora import FITTED
from bench_llm.network.low_rank import in_one_product
from bench_llm.network.products import by_onednn
from bench_llm.network.tuning import FULL, LORA, Tuning, lora_config, trained, tune

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.building import NetworkPlan
    from bench_llm.examples import Examples
    from bench_llm.network.fused import FusedModel

NAME = "explainer"
"""Of its LoRA, where it is one beside the fit's own on the same language model."""
WEIGHTS = "explainer.safetensors"
SPARE = 16
"""Tokens that a generated explanation may have above the longest one that was learned."""


@dataclass(frozen=True, eq=False)
class Before:
    """What stands before an explanation, as the fitted network has read it."""

    states: list[tuple[Tensor, Tensor]]
    """Keys and values of each block: (b, heads, longest, width) each."""
    lengths: Tensor
    """Tokens, behind which is padding: (b,)."""

    @property
    def filled(self) -> Tensor:
        """Where there is no padding: (b, longest)."""
        longest = self.states[0][0].shape[2]
        return torch.arange(longest, device=self.lengths.device) < self.lengths[:, None]


def read_before(
    network: FusedModel, examples: Examples, rows: NDArray[np.intp], answers: NDArray[np.int8]
) -> Before:
    """What the fitted network makes of prompts with its answers behind them.

    Args:
        network: as it scores; nothing is learned through what is computed here.
        examples: as they are scored.
        rows: (b,), of the events.
        answers: (b,), the label that it gives each.

    Raises:
        InputError: its base keeps no keys and values.
    """
    from transformers import DynamicCache

    both, device = examples.tokens.answers, network.language.device
    words = np.full((len(rows), max(both.lengths) + 1), IGNORED)
    for row, label in zip(words, answers, strict=True):
        row[: both.lengths[label]] = both.ids[label, : both.lengths[label]]
    batch, _ = examples.followed(rows, words, str(device))
    cache = DynamicCache()
    with torch.no_grad():
        network(replace(batch, before=cache))
    layers: list[Any] = cache.layers
    if not layers or any(not isinstance(getattr(layer, "keys", None), Tensor) for layer in layers):
        kind = network.language.config.model_type
        raise bench.InputError(
            f"a base of the kind {kind} keeps no keys and values that explanations could read"
        )
    lengths = examples.tokens.lengths[rows] + np.array(both.lengths)[answers]
    return Before(
        [(layer.keys, layer.values) for layer in layers], torch.from_numpy(lengths).to(device)
    )


@dataclass(frozen=True, eq=False)
class LateExplainer:
    """An explainer that is made when something is to be explained, not before."""

    make: Callable[[], Explainer]
    longest: int
    """Tokens of the longest text that it learned."""

    @cached_property
    def explainer(self) -> Explainer:
        """Made the first time."""
        return self.make().eval()


def tuning_of(tuning: Tuning) -> Tuning:
    """How an explainer is tuned beside a fit that is tuned so."""
    return replace(tuning, kind=FULL if tuning.kind == FULL else LORA, last_blocks=0)


class Explainer(nn.Module):
    """Weights that write explanations, beside a fitted network.

    A language model of its own, from the base, where the fit trains all weights; LoRA on the fit's
    own, whose weights may be too many to have them twice, in all other cases.
    """

    adapter = None

    def __init__(self, network: FusedModel, plan: NetworkPlan, tuning: Tuning, device: str) -> None:
        super().__init__()
        self.tuning, self.shared = tuning, tuning.kind != FULL
        if self.shared:
            self.language = network.language
            _add(self.language, tuning)
        else:
            self.language = load_language(plan.base, plan.form, device)
            tune(self.language, tuning)
            by_onednn(self.language)
        self.silence()
        self.takes_positions = "position_ids" in signature(self.language.forward).parameters

    def forward(self, before: Before, ids: Tensor) -> Tensor:
        """The logits of what follows each token behind what stands before: (b, r, vocabulary).

        Args:
            before: of b events.
            ids: (b, r), tokens.
        """
        from transformers import DynamicCache

        return self.following(before, DynamicCache(before.states), ids, ids)

    def following(self, before: Before, cache: Any, ids: Tensor, said: Tensor) -> Tensor:
        """The logits of what follows some tokens: (b, r, vocabulary).

        Args:
            before: of b events.
            cache: of what stands before these tokens.
            ids: (b, r), these tokens.
            said: (b, k), all tokens behind what stands before, these at their end.
        """
        filled = torch.cat([before.filled, torch.ones_like(said, dtype=torch.bool)], dim=1)
        places = torch.arange(said.shape[1] - ids.shape[1], said.shape[1], device=ids.device)
        where = {"position_ids": before.lengths[:, None] + places} if self.takes_positions else {}
        logits: Tensor = self.language(
            inputs_embeds=self.language.get_input_embeddings()(ids),
            attention_mask=filled.long(),
            past_key_values=cache,
            use_cache=True,
            return_dict=True,
            **where,
        ).logits
        return logits

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Within, its weights are those that compute, and that are trained."""
        self._voice(NAME)
        try:
            yield
        finally:
            self.silence()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within, while it speaks, the fitted network's weights compute as they do for scores."""
        training = self.training
        self.silence()
        self.eval()
        try:
            yield
        finally:
            self.train(training)
            self._voice(NAME)

    def silence(self) -> None:
        """Let the fitted network's weights compute."""
        self._voice(FITTED)

    def save(self, folder: Path) -> None:
        """Write its weights into a folder."""
        with self.speaking():
            tensors = {name: p.detach().cpu().contiguous() for name, p in trained(self).items()}
        save_file(tensors, folder / WEIGHTS)

    @classmethod
    def load(
        cls, network: FusedModel, plan: NetworkPlan, tuning: Tuning, folder: Path, device: str
    ) -> Explainer:
        """Read what `save` wrote.

        Raises:
            DamagedError: a tensor is missing, is too many, or has another shape.
        """
        explainer, tensors = cls(network, plan, tuning, device), load_file(folder / WEIGHTS)
        with explainer.speaking():
            own = trained(explainer)
            if {n: p.shape for n, p in own.items()} != {n: t.shape for n, t in tensors.items()}:
                raise bench.DamagedError(f"{folder / WEIGHTS} is not of this explainer")
            with torch.no_grad():
                for name, parameter in own.items():
                    parameter.copy_(tensors[name])
        return explainer

    def _voice(self, name: str) -> None:
        """Let the LoRA of this name compute, and no other."""
        if self.shared:
            for layer in _lora_layers(self.language):
                layer.enable_adapters(name in layer.lora_A)
                if name in layer.lora_A:
                    layer.set_adapter(name)


def _add(language: Any, tuning: Tuning) -> None:
    """A LoRA beside what there is."""
    from peft import inject_adapter_in_model

    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        torch.manual_seed(tuning.seed)
        inject_adapter_in_model(lora_config(language, tuning), language, adapter_name=NAME)
    for name, parameter in language.named_parameters():
        if f".{NAME}." in name:
            parameter.data = parameter.data.to(torch.float32)
    in_one_product(language)


def _lora_layers(language: nn.Module) -> list[Any]:
    from peft.tuners.lora import LoraLayer

    return [module for module in language.modules() if isinstance(module, LoraLayer)]
