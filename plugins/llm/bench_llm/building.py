"""From options to a network: the base, its tuning, the adapter of the numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch

import bench
from bench_llm.bases.loading import BaseForm, load_language, load_tokenizer
from bench_llm.bases.source import NONE, BaseSource
from bench_llm.network.adapter import Adapter, AdapterShape
from bench_llm.network.fused import AdapterAlone, FusedModel
from bench_llm.network.tuning import Tuning, tune
from bench_llm.network.values import ValueEmbedding
from bench_llm.rendering import NoText, Renderer

if TYPE_CHECKING:
    from bench_llm.network.fused import Network


@dataclass(frozen=True)
class Plan:
    """All that a network is built from."""

    base: BaseSource
    digest: str
    """The content hash of the base that the plan was made with."""
    form: BaseForm
    tuning: Tuning
    adapter: AdapterShape | None
    place: str
    control: str
    """What is done to the numbers: `given`, `permuted`, `zeroed`."""
    recompute: bool
    seed: int
    """Of the adapter's weights."""
    values: int = 0
    """How many values a text has at most; 0 for texts without placeholders."""

    def as_json(self) -> dict[str, object]:
        """The plan as plain values."""
        return asdict(self)

    @classmethod
    def of_json(cls, found: dict[str, object]) -> Plan:
        """What `as_json` gave."""
        import msgspec

        return msgspec.convert(found, cls)


def build(plan: Plan, device: str, front: bench.ViewModule | None = None) -> Network:
    """The network of a plan, on the device, with the base's weights and an adapter at its start.

    Raises:
        InputError: the base is not there, or is not the one that the plan was made with.
        RequestError: there is no front where the plan has one, or the other way round.
    """
    fronted = plan.adapter is not None and plan.adapter.fronted
    if fronted != (front is not None):
        raise bench.RequestError(
            f"front of the numbers: the fit has one {fronted}, given {not fronted}"
        )
    if (there := plan.base.digest()) != plan.digest:
        raise bench.InputError(
            f"base={plan.base.name} has changed since the fit: {there} is not {plan.digest}"
        )
    with torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        if plan.base.name == NONE:
            return _alone(plan, front).to(device)
        language = load_language(plan.base, plan.form, device)
        return fuse(plan, language, device, front)


def fuse(
    plan: Plan, language: torch.nn.Module, device: str, front: bench.ViewModule | None = None
) -> FusedModel:
    """The language model with its tuning and with the adapter of the numbers."""
    tune(language, plan.tuning)
    if plan.recompute:
        language.activation_checkpointing_enable()
        language.enable_input_require_grads()
    adapter = None
    if plan.adapter is not None:
        adapter = Adapter(plan.adapter, language.config.hidden_size, front and front()).to(device)
    values = ValueEmbedding(language.get_input_embeddings()) if plan.values else None
    return FusedModel(language, adapter, plan.place, values=values, recompute=plan.recompute)


def renderer_of(plan: Plan) -> Renderer:
    """The renderer of the base's tokenizer."""
    from transformers import AutoConfig

    if plan.base.name == NONE:
        return NoText()
    config = AutoConfig.from_pretrained(plan.base.folder(), local_files_only=True)
    tokens = plan.adapter.tokens if plan.adapter else 0
    room = config.max_position_embeddings - tokens
    return Renderer(load_tokenizer(plan.base), room, valued=plan.values > 0)


def _alone(plan: Plan, front: bench.ViewModule | None) -> AdapterAlone:
    if plan.adapter is None:
        raise bench.InputError("base=none leaves a model of text alone nothing to read")
    return AdapterAlone(Adapter(plan.adapter, plan.adapter.units, front and front()))
