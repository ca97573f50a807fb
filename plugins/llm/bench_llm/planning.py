"""From a model's options to what is built and how it is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from bench_llm.bases.loading import BaseForm, load_config, with_random_weights
from bench_llm.building import NetworkPlan, sketch
from bench_llm.explaining.explainer import tuning_of
from bench_llm.explaining.learning import ExplainerSettings
from bench_llm.fitted import FitSettings
from bench_llm.looks import ALL
from bench_llm.network.tuning import FULL, QLORA, Tuning, state, trained, tune
from bench_llm.training.loop import Hyperparameters
from bench_llm.training.loss import Loss
from bench_llm.training.optimizer import Rates
from bench_llm.training.schedule import Schedule

if TYPE_CHECKING:
    from torch import Tensor

    from bench_llm.options import LanguageOptions

LOOKS = 4
"""How often an explainer's training is looked at."""
TEXTS = 8
"""In a step of it: how well it explains depends on the number of steps more than of texts."""


def network_plan(
    model: LanguageOptions, *, d: int, seed: int, values: int = 0, has_stem: bool = False
) -> NetworkPlan:
    """What the network is built from.

    Args:
        model: with its options.
        d: numbers of an event.
        seed: of all that is random in it.
        values: how many values a text has at most.
        has_stem: whether an encoder brings a network that stands before the adapter.
    """
    form = BaseForm(
        precision="float32" if model.tuning == FULL else model.precision,
        quantised=model.tuning == QLORA,
        random=seed if model.init == "random" else None,
    )
    tuning = Tuning(
        kind=model.tuning,
        targets=list(model.targets),
        r=model.r,
        alpha=model.alpha,
        dropout=model.dropout,
        seed=seed,
        last_blocks=model.lora_blocks,
    )
    return NetworkPlan(
        base=model.source,
        digest=model.content(),
        form=form,
        tuning=tuning,
        adapter=model.adapter(d, has_stem=has_stem),
        place=model.numbers_place,
        control=model.control,
        recompute=model.recompute,
        seed=seed,
        values=values,
    )


def fit_settings(model: LanguageOptions, seed: int, ranks: int = 1) -> FitSettings:
    """How it is fitted, by so many processes."""
    explains = None
    if model.explain:
        settings = hyperparameters(model, seed, ranks)
        schedule = replace(
            settings.schedule,
            epochs=1,
            batch=min(TEXTS, model.batch),
            accumulate=1,
            modality_dropout=0.0,
            evaluations=LOOKS,
        )
        rates = Rates(model.explain_lr, model.explain_lr, model.weight_decay)
        settings = replace(settings, schedule=schedule, rates=rates, patience=0, keeps_looks=False)
        explains = ExplainerSettings(settings, model.explain, seed)
    settings = hyperparameters(model, seed, ranks)
    return FitSettings(settings, Loss(model.gamma, model.balance), explains)


def hyperparameters(model: LanguageOptions, seed: int, ranks: int = 1) -> Hyperparameters:
    """How it is trained to answer, by so many processes."""
    return Hyperparameters(
        schedule=Schedule(
            epochs=model.epochs,
            batch=model.batch,
            accumulate=model.accumulate,
            warmup=model.warmup,
            decay=model.decay,
            modality_dropout=model.dropped_share,
            evaluations=model.evaluations,
            seed=seed,
            ranks=ranks,
        ),
        rates=Rates(model.lr, model.adapter_rate, model.weight_decay),
        optimizer=model.optimizer,
        clip=model.clip,
        patience=model.patience,
        precision=model.precision,
        keeps_looks=model.looks == ALL,
    )


def learned_size(plan: NetworkPlan, make_stem: Callable[[], Any] | None) -> float:
    """Bytes of what a fit of this plan learns, as it is saved once."""
    return _bytes(state(sketch(plan, make_stem)))


def explainer_size(plan: NetworkPlan) -> float:
    """Bytes of what an explainer beside a fit of this plan learns, as it is saved."""
    with torch.device("meta"):
        language = with_random_weights(load_config(plan.base), 0)
        tune(language, tuning_of(plan.tuning))
    return _bytes(trained(language))


def _bytes(tensors: Mapping[str, Tensor]) -> float:
    return float(sum(tensor.numel() * tensor.element_size() for tensor in tensors.values()))
