"""Training: what is trained moves, nothing else does; the loss, the step, and going on."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.answers import padded_answers
from bench_llm.building import NetworkPlan, build, renderer_of
from bench_llm.examples import Reader
from bench_llm.language import LanguageModel
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.planning import fit_settings, hyperparameters, network_plan
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from bench_llm.training import loop
from bench_llm.training.loss import Loss, answer_loss
from bench_llm.training.objective import Answering
from bench_llm.training.optimizer import Rates, build_optimizer, demand_8bit, groups
from bench_llm.training.schedule import Schedule
from events import context, inputs

import bench

QUICK: dict[str, Any] = {"units": 16, "epochs": 2}


def plan_of(model: LanguageModel) -> NetworkPlan:
    return network_plan(model, d=3, seed=0)


def step_once(model: LanguageModel, folder: Path, train: bench.Inputs) -> dict[str, torch.Tensor]:
    """The trained weights after one step on all of the train sample."""
    plan = plan_of(model)
    network = build(plan, "cpu")
    if network.adapter is not None:
        network.adapter.scaler.learn(train.views["numbers"])
    reader = Reader(renderer_of(plan), "", network.adapter)
    training = loop.Training(
        network=network,
        objective=Answering(network, reader.read(train), fit_settings(model, 0).loss, float, "cpu"),
        hyperparameters=hyperparameters(model, 0),
        score=lambda inputs: np.zeros(len(inputs)),
        expected_trainable=(),
        context=context(folder),
    )
    session = loop._Session(training)
    network.train()
    for _ in range(2):  # in the first step LoRA's first matrix gets no gradient, by its nature
        session._step(np.arange(len(train)), watched=False)
    return {name: p.detach() for name, p in trained(network).items()}


@pytest.mark.parametrize("tuning", ["full", "lora", "qlora", "frozen"])
def test_what_is_trained_is_in_float32_and_moves_and_nothing_else_does(
    base: str, tmp_path: Path, tuning: Any
) -> None:
    model = DedicatedToken(base=base, tuning=tuning, tokens=2, warmup=0.0, **QUICK)
    plan = plan_of(model)
    before = dict(build(plan, "cpu").named_parameters())
    network = model.fit(inputs(128), inputs(32, 1), context(tmp_path)).network
    own = trained(network)
    kinds = {"full": {"language", "adapter"}, "frozen": {"adapter"}}
    assert groups(network).keys() == kinds.get(tuning, {"language", "adapter"})
    for name, parameter in network.named_parameters():
        moved = not torch.equal(parameter.detach(), before[name].detach())
        assert moved == (name in own), name
        assert name not in own or parameter.dtype == torch.float32
    lora = [name for name in own if "lora_" in name]
    assert bool(lora) == (tuning in ("lora", "qlora"))


@pytest.mark.parametrize("optimizer", ["adamw", "adamw8bit"])
def test_every_trained_tensor_is_in_the_optimizer_once(base: str, optimizer: str) -> None:
    network = build(plan_of(PromptFusion(base=base, tuning="lora", units=80)), "cpu")
    made = build_optimizer(network, optimizer, Rates(1e-3, 1e-2, 0.0))
    identities = [id(p) for group in made.param_groups for p in group["params"]]
    assert sorted(identities) == sorted(map(id, trained(network).values()))
    assert [group["peak"] for group in made.param_groups] == [1e-3, 1e-2]


def test_a_weight_trained_in_half_precision_is_refused(base: str) -> None:
    network = build(plan_of(TextOnly(base=base)), "cpu").to(torch.bfloat16)
    with pytest.raises(bench.BenchError, match="wanted float32"):
        build_optimizer(network, "adamw", Rates(1e-3, 1e-3, 0.0))


def test_the_state_of_adamw8bit_is_looked_at(base: str) -> None:
    network = build(plan_of(PromptFusion(base=base, units=80)), "cpu")
    made = build_optimizer(network, "adamw8bit", Rates(1e-3, 1e-3, 0.0))
    for parameter in trained(network).values():
        parameter.grad = torch.ones_like(parameter)
    made.step()
    notices: list[str] = []
    demand_8bit(made, notices.append)
    large = sum(p.numel() >= 4096 for p in trained(network).values())
    assert large >= 1
    assert f"{large} tensors in 8 bits" in notices[0]
    parameter = next(p for p in trained(network).values() if p.numel() >= 4096)
    made.state[parameter]["state1"] = torch.zeros(parameter.numel())
    with pytest.raises(bench.BenchError, match="keeps a large tensor's state in"):
        demand_8bit(made)


def test_accumulation_does_not_change_the_step(base: str, tmp_path: Path) -> None:
    train = replace(inputs(32), weights=np.linspace(0.5, 2.0, 32))
    whole, parts = (
        step_once(
            PromptFusion(base=base, units=16, batch=b, accumulate=a, gamma=1.0, balance=True),
            tmp_path,
            train,
        )
        for b, a in ((32, 1), (8, 4))
    )
    for name, weight in whole.items():
        assert torch.allclose(weight, parts[name], atol=2e-6), name


def test_recomputing_activations_does_not_change_the_step(base: str, tmp_path: Path) -> None:
    model = PromptFusion(base=base, units=16)
    stored, again = (
        step_once(replace(model, recompute=r), tmp_path, inputs(32)) for r in (False, True)
    )
    for name, weight in stored.items():
        assert torch.allclose(weight, again[name], atol=2e-6), name


def test_the_loss_is_on_the_answer_alone(base: str) -> None:
    """A logit that predicts a token of the prompt is not even computed."""
    plan = plan_of(TextOnly(base=base))
    network, reader = build(plan, "cpu"), Reader(renderer_of(plan), "", None)
    batch, answers = reader.read(inputs(6)).answered(np.arange(6), np.zeros(6, bool), "cpu")
    logits = network(batch)
    assert logits.shape[:2] == (6, 2)
    whole = network.language(input_ids=batch.ids).logits
    rows = torch.arange(6)[:, None]
    assert torch.allclose(logits, whole[rows, batch.reads], atol=1e-5)
    losses = Loss(0.0, balanced=False).of_events(logits, answers)
    expected = -torch.log_softmax(whole, -1)[rows, batch.reads].gather(2, answers[..., None])
    assert torch.allclose(losses, expected.sum(dim=(1, 2)), atol=1e-4)


def test_the_focal_loss_is_what_its_paper_says() -> None:
    logits = torch.tensor([[[2.0, 0.0, -1.0]], [[0.0, 3.0, 0.0]]])
    answers = torch.tensor([[0], [0]])
    p = torch.softmax(logits[:, 0], -1)[:, 0]
    losses = Loss(2.0, balanced=False).of_events(logits, answers)
    assert torch.allclose(losses, -((1 - p) ** 2) * p.log(), atol=1e-6)
    sure = torch.tensor([[[60.0, 0.0]]], requires_grad=True)
    Loss(0.5, balanced=False).of_events(sure, torch.tensor([[0]])).sum().backward()
    assert torch.isfinite(sure.grad).all()


def test_balanced_classes_weigh_the_same() -> None:
    y = np.array([0] * 90 + [1] * 10, dtype=np.int8)
    weights = Loss(0.0, balanced=True).weights(y, np.linspace(1, 2, 100))
    assert weights[y == 0].sum() == pytest.approx(weights[y == 1].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_one_that_knows_nothing_has_an_answer_loss_of_ln_2() -> None:
    logits = torch.zeros(3, 2, 5)
    both = padded_answers([[1], [2]], [4])
    losses = answer_loss(logits, torch.tensor([[1, 4], [2, 4], [1, 4]]), both)
    assert torch.allclose(losses, torch.full((3,), math.log(2)))


def schedule(**options: Any) -> Schedule:
    given = {"epochs": 3, "batch": 4, "accumulate": 2, "warmup": 0.25, "decay": "cosine"}
    return Schedule(**{**given, "modality_dropout": 0.5, "evaluations": 2, "seed": 1, **options})


def test_each_event_is_seen_once_an_epoch_in_another_order() -> None:
    lengths = np.random.default_rng(0).integers(5, 50, size=100)
    steps = list(schedule().remaining(lengths, 0))
    assert len(steps) == schedule().steps(100) == 39
    epochs = [np.concatenate(steps[i : i + 13]) for i in (0, 13, 26)]
    for rows in epochs:
        assert sorted(rows) == list(range(100))
    assert not (epochs[0] == epochs[1]).all()
    later = list(schedule().remaining(lengths, 17))
    assert all((a == b).all() for a, b in zip(later, steps[17:], strict=True))


def test_the_rate_rises_and_falls() -> None:
    for decay, end in (("cosine", 0.0), ("linear", 0.0), ("constant", 1.0)):
        factors = [schedule(decay=decay).factor(step, 40) for step in range(41)]
        assert factors[:10] == pytest.approx([(i + 1) / 10 for i in range(10)])
        assert factors[40] == pytest.approx(end)


def test_it_evaluates_so_often_an_epoch_and_at_its_end() -> None:
    for evaluations in (1, 2, 5):
        steps = [s for s in range(1, 40) if schedule(evaluations=evaluations).evaluates(s, 100)]
        assert len(steps) == 3 * evaluations
        assert {13, 26, 39} <= set(steps)


def test_it_stops_when_the_valid_auc_no_longer_rises(base: str, tmp_path: Path) -> None:
    seen: list[dict[str, float]] = []
    model = PromptFusion(base=base, patience=2, lr=0.0, adapter_lr=0.0, **{**QUICK, "epochs": 9})
    logging = replace(context(tmp_path), log=lambda _, scalars: seen.append(dict(scalars)))
    model.fit(inputs(64), inputs(32, 1), logging)
    assert sum("valid_auc" in row for row in seen) == 3


def test_the_scalars_of_a_step_are_all_there(base: str, tmp_path: Path) -> None:
    seen: list[dict[str, float]] = []
    logging = replace(context(tmp_path), log=lambda _, scalars: seen.append(dict(scalars)))
    PromptFusion(base=base, **QUICK).fit(inputs(64), inputs(32, 1), logging)
    last = seen[-1]
    assert last.keys() == {
        *("loss", "answer_loss", "valid_auc", "events", "unique_events", "clipped_share"),
        *("tokens_per_s", "memory_gb"),
        *(
            f"{what}_{group}"
            for what in ("gradient_norm", "update_ratio", "lr", "effective_lr")
            for group in ("language", "adapter")
        ),
    }
    assert (last["events"], last["unique_events"]) == (128, 64)
    assert seen[0]["update_ratio_adapter"] > 0


def test_a_loss_that_is_not_finite_ends_the_fit(base: str, tmp_path: Path) -> None:
    wild = PromptFusion(base=base, lr=1e30, adapter_lr=1e30, clip=1e30, **QUICK)
    with pytest.raises(bench.BenchError, match="the loss is"):
        wild.fit(inputs(200), inputs(32, 1), context(tmp_path))


def test_the_same_seed_gives_the_same_scores_and_another_does_not(
    base: str, tmp_path: Path
) -> None:
    model, test = PromptFusion(base=base, tuning="lora", **QUICK), inputs(40, 2)
    one, same, other = (
        model.fit(inputs(64), inputs(32, 1), context(tmp_path / name, seed)).score(test)
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert (one == same).all()
    assert not np.allclose(one, other)
