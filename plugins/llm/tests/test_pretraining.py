"""The texts that `tiny` was trained on, and its training."""

from __future__ import annotations

import re
from itertools import repeat

import numpy as np
from bench_llm.pretraining.texts import event_texts, prose, sums, vocabulary_texts
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.pretraining.training import build, pretrain
from bench_llm.prompts.reading import numbers_in
from test_prompts import NAMES, random_events

import bench


def test_no_text_knows_a_label() -> None:
    table = random_events(200)
    other = bench.Table(table.columns, table.x, 1 - table.y, table.ids, table.weights)
    assert list(event_texts(table, 1)) == list(event_texts(other, 1))
    assert not [text for text in event_texts(table, 1) if re.search(r"Answer:\s*\w", text)]


def test_every_event_has_a_text_and_another_one_in_another_pass() -> None:
    table = random_events(200)
    first, second = (list(event_texts(table, seed)) for seed in (1, 2))
    assert len(first) == 200
    assert all(first)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 60


def test_prose_tells_the_events_numbers() -> None:
    table = random_events(1)
    text = prose(table.columns, table.x[0].tolist(), np.random.default_rng(0))
    numbers = numbers_in(text, table.columns)
    for name, value in zip(NAMES, table.x[0].tolist(), strict=True):
        assert abs(numbers[name] - value) <= 0.06 * abs(value)


def test_the_sums_are_right() -> None:
    text = "\n".join(sums(np.random.default_rng(seed)) for seed in range(40))
    added = re.findall(r"^(\S+) ([+-]) (\S+) = (\S+)$", text, re.MULTILINE)
    assert len(added) > 20
    for a, sign, b, result in added:
        exact = float(a) + float(b) * (1 if sign == "+" else -1)
        assert abs(exact - float(result)) <= 0.06 * (abs(float(a)) + abs(float(b)))
    for a, b in re.findall(r"^(\S+) < (\S+)$", text, re.MULTILINE):
        assert float(a) <= float(b)


def test_it_learns_to_expect_the_next_token() -> None:
    texts = list(event_texts(random_events(64), 0))
    tokenizer = train_tokenizer([*texts, *vocabulary_texts()], 400)
    model = build(tokenizer, 0)
    losses: list[float] = []
    last = pretrain(
        model, tokenizer, repeat(texts), 6, lambda step, loss, took: losses.append(loss)
    )
    assert last < losses[0] == losses[-1]
