"""prompt-words: each feature in a word, and no digit of a value anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from bench_prompt_words import WORDS, WordsPrompt

import bench
from bench.testing import check_encoder, excerpt


def test_conforms() -> None:
    check_encoder(WordsPrompt())


def test_a_prompt_says_each_feature_in_a_word() -> None:
    events, encoder = excerpt(), WordsPrompt()
    text = encoder.encode(events, encoder.learn(events))["texts"][0]
    first, *facts, last = text.splitlines()
    assert (first, last) == (bench.QUESTION, bench.CUE)
    names = [column.name for column in events.columns if column.name != "has_j2"]
    assert [fact.partition(" ")[0] for fact in facts] == names  # a constant one is left out
    assert {fact.partition(" ")[2] for fact in facts} <= set(WORDS)


def test_words_follow_the_value() -> None:
    events, encoder = excerpt(), WordsPrompt()
    learned = encoder.learn(events)
    rising = events.take(np.argsort(events.x[:, 0]))
    texts = encoder.encode(rising, learned)["texts"]
    places = [WORDS.index(text.splitlines()[1].partition(" ")[2]) for text in texts]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, len(WORDS) - 1)


def test_beyond_the_train_split_there_is_the_last_word() -> None:
    events, encoder = excerpt(), WordsPrompt()
    far = replace(events, x=events.x * 100)
    text = encoder.encode(far, encoder.learn(events))["texts"][0]
    assert f"j1_pt {WORDS[-1]}" in text
