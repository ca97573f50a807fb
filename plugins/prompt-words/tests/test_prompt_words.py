"""prompt-words: the words follow the train split's quantiles, in the form of every prompt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_prompt_words import WordsPrompt

import bench

NAMES = ("j1_pt", "j1_m", "j2_pt", "has_j2", "m_jj", "n_particles")
COLUMNS = tuple(bench.Column(name, "1", "for a test") for name in NAMES)


def table(n: int, seed: int = 0) -> bench.Table:
    """The mass of the first jet is a constant; one event in ten has no second jet."""
    rng = np.random.default_rng(seed)
    x = rng.normal(1000, 100, size=(n, len(NAMES)))
    x[:, 1] = 80
    x[:, 3] = np.arange(n) % 10 != 0
    x[x[:, 3] == 0, 2] = x[x[:, 3] == 0, 4] = 0
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    y = (x[:, 0] > 1000).astype(np.int8)
    return bench.Table(COLUMNS, x.astype(np.float32), y, ids, np.ones(n))


TRAIN = table(700)


def texts(events: bench.Table, encoder: WordsPrompt | None = None) -> list[str]:
    encoder = encoder or WordsPrompt()
    return list(encoder.encode(events, encoder.learn(TRAIN))["texts"])


def test_a_prompt_says_every_feature_in_words() -> None:
    events = table(2, 1)
    events.x[1] = (0, 80, 1e4, 1, 1e4, np.median(TRAIN.x[:, 5]))
    assert texts(events)[1].splitlines() == [
        "Classify this event as signal or background.",
        "jet1: pt=lowest m=medium",
        "jet2: pt=highest",
        "m_jj=highest n_particles=medium",
        "Answer:",
    ]
    lines = texts(events)[0].splitlines()  # this one has no second jet
    assert lines[2] == "jet2: none"
    assert "m_jj" not in lines[3]


def test_each_word_is_said_of_as_many_train_events() -> None:
    said = [text.splitlines()[1].removeprefix("jet1: pt=") for text in texts(TRAIN)]
    counts = [sum(line == f"{word} m=medium" for line in said) for word in WordsPrompt().words]
    assert all(abs(count - 100) <= 2 for count in counts)


def test_the_words_are_an_option() -> None:
    said = texts(table(50, 1), WordsPrompt(words=("below", "above")))
    assert {line for text in said for line in text.splitlines() if line.startswith("jet1")} == {
        "jet1: pt=below m=below",
        "jet1: pt=above m=below",
    }
    for words in (("alone",), ("low", "low"), ("low", "a\nline")):
        with pytest.raises(ValueError, match="word"):
            WordsPrompt(words=words)


def test_an_event_stands_for_itself_and_its_label_plays_no_part() -> None:
    events = table(50, 1)
    whole = texts(events)
    assert texts(events.take(np.arange(49, -1, -3))) == whole[::-3]
    assert texts(replace(events, y=1 - events.y, weights=events.weights * 3)) == whole


def test_what_was_learned_of_other_features_is_refused() -> None:
    with pytest.raises(bench.InputError, match=r"learned edges \(2, 6\), wanted \(6, 6\)"):
        WordsPrompt().encode(table(5), {"edges": np.zeros((2, 6))})


def test_a_language_model_reads_it_in_the_form_that_it_knows() -> None:
    frame = pytest.importorskip("bench_llm.prompts.frame")
    features = pytest.importorskip("bench_llm.prompts.features").FeaturesPrompt()
    events = table(30, 1)
    known = features.encode(events, {})["texts"]
    for text, other in zip(texts(events), known, strict=True):
        assert frame.message(text) is None
        assert frame.bare([text]) == frame.bare([other])
        labels = [
            [word.partition("=")[0] for word in t.replace("very ", "very_").split()]
            for t in (text, other)
        ]
        assert labels[0] == labels[1]
