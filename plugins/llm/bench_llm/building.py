"""From options to a network: the base, its tuning, the adapter of the numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

import bench
from bench_llm.bases.loading import (
    BaseForm,
    load_config,
    load_language,
    load_tokenizer,
    with_random_weights,
)
from bench_llm.bases.source import NONE, BaseSource
from bench_llm.network.adapter import Adapter, AdapterShape
from bench_llm.network.blocks import demand_causal, embedding_width, reach, room
from bench_llm.network.fused import ADDED, ANSWER, LAST, AdapterAlone, FusedModel
from bench_llm.network.low_rank import in_one_product
from bench_llm.network.products import by_onednn
from bench_llm.network.tuning import Tuning, tune
from bench_llm.network.values import ValueEmbedding
from bench_llm.rendering import NO_SLOTS, NoText, Renderer, Slots

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from bench_llm.network.fused import Network


@dataclass(frozen=True)
class NetworkPlan:
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
    def of_json(cls, plain: dict[str, object]) -> NetworkPlan:
        """What `as_json` gave."""
        import msgspec

        return msgspec.convert(plain, cls)


def build(plan: NetworkPlan, device: str, make_stem: Callable[[], Any] | None = None) -> Network:
    """The network of a plan, on the device, with the base's weights and an adapter at its start.

    Raises:
        InputError: the base is not there, or is not the one that the plan was made with.
        RequestError: there is no stem where the plan has one, or the other way round.
    """
    has_stem = plan.adapter is not None and plan.adapter.has_stem
    if has_stem != (make_stem is not None):
        raise bench.RequestError(
            "network of an encoder before the numbers: the fit has one "
            f"{has_stem}, given {not has_stem}"
        )
    if (digest := plan.base.digest()) != plan.digest:
        raise bench.InputError(
            f"base={plan.base.name} has changed since the fit: {digest} is not {plan.digest}"
        )
    with torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        if plan.base.name == NONE:
            return _alone(plan, make_stem).to(device)
        language = load_language(plan.base, plan.form, device)
        demand_causal(language)
        return fuse(plan, language, device, make_stem)


def fuse(
    plan: NetworkPlan,
    language: PreTrainedModel,
    device: str,
    make_stem: Callable[[], Any] | None = None,
) -> FusedModel:
    """The language model with its tuning and with the adapter of the numbers."""
    tune(language, plan.tuning)
    by_onednn(language)
    in_one_product(language)
    if plan.recompute:
        language.activation_checkpointing_enable()
        language.enable_input_require_grads()
    adapter = None
    if plan.adapter is not None:
        width = embedding_width(language)
        adapter = Adapter(plan.adapter, width, make_stem and make_stem()).to(device)
    values = ValueEmbedding(language.get_input_embeddings()) if plan.values else None
    return FusedModel(language, adapter, plan.place, values=values, recompute=plan.recompute)


def sketch(plan: NetworkPlan, make_stem: Callable[[], Any] | None = None) -> Network:
    """The network of a plan in its shapes alone, on the device `meta`, whatever its base's size."""
    with torch.device("meta"):
        if plan.base.name == NONE:
            return _alone(plan, make_stem)
        return fuse(plan, with_random_weights(load_config(plan.base), 0), "meta", make_stem)


def renderer_of(plan: NetworkPlan) -> Renderer:
    """The renderer of the base's tokenizer."""
    if plan.base.name == NONE:
        return NoText()
    config = load_config(plan.base)
    fused = plan.adapter is not None and plan.place != ANSWER
    slots = NO_SLOTS
    if plan.adapter is not None and plan.place not in ADDED:
        slots = Slots(plan.adapter.tokens, plan.place)
    return Renderer(
        load_tokenizer(plan.base),
        room(config),
        valued=plan.values > 0,
        slots=slots,
        reach=reach(config) if fused and plan.place != LAST else None,
    )


def _alone(plan: NetworkPlan, make_stem: Callable[[], Any] | None) -> AdapterAlone:
    if plan.adapter is None:
        raise bench.InputError("base=none leaves a model of text alone nothing to read")
    return AdapterAlone(Adapter(plan.adapter, plan.adapter.units, make_stem and make_stem()))
