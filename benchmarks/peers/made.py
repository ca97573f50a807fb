"""A task of twin events of `rd`, made by bench's own encoder and renderer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bench_llm.building import renderer_of
from bench_llm.planning import hyperparameters, network_plan
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.text import TextOnly
from transformers import AutoConfig

import bench
from bench.storage.home import Home
from bench.testing import events_of
from peers.task import Task, Variant


def scoring_task(base: Path, events: int, device: str) -> Task:
    """Test events, one half signal, as the default prompts."""
    table = bench.draw(events_of("rd", Home.here().root), bench.Sample("test", "1:1", events))
    texts = list(FeaturesPrompt().encode(table, {})["texts"])
    renderer = renderer_of(network_plan(TextOnly(base=str(base), tuning="frozen"), d=0, seed=0))
    tokens = renderer.prompts(texts)
    return Task(
        base=str(base),
        layers=AutoConfig.from_pretrained(base).num_hidden_layers,
        texts=texts,
        labels=table.y.tolist(),
        prompts=[ids[:n].tolist() for ids, n in zip(tokens.ids, tokens.lengths, strict=True)],
        answers=[ids[ids >= 0].tolist() for ids in tokens.answers.ids],
        bos=renderer.tokenizer.decode(renderer.turns.prefix),
        steps=[],
        device=device,
    )


def training_task(base: Path, events: int, variant: Variant, device: str) -> Task:
    """The same events to be trained on, in the order in which bench takes them."""
    task = scoring_task(base, events, device)
    model = TextOnly(base=str(base), epochs=variant.epochs, batch=variant.batch)
    lengths = np.array([len(prompt) for prompt in task.prompts])
    rows = [step.tolist() for step in hyperparameters(model, 0).schedule.remaining(lengths, 0)]
    each = len(rows) // variant.epochs
    steps = [rows[i : i + each] for i in range(0, len(rows), each)]
    return replace(task, variant=variant, steps=steps)


def inputs_of(task: Task) -> bench.Inputs:
    """The texts with their labels, all of weight 1."""
    n, y = len(task.texts), np.array(task.labels, dtype=np.int8)
    return bench.Inputs({"texts": task.texts}, y, np.arange(n, dtype=np.uint64), np.ones(n))
