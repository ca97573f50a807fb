"""Tokens: one BOS, a token a digit, nothing cut, answers apart."""

from __future__ import annotations

import numpy as np
import pytest
from bench_llm.prompts import BARE, NO_SECOND_JET
from bench_llm.tokens import label_ids, tiny_tokenizer, tokenise
from events import inputs

import bench

TEXTS = inputs(20).views["texts"]


def pieces(text: str) -> list[str]:
    tokenizer = tiny_tokenizer(TEXTS)
    return tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])


def test_a_word_a_digit_and_a_mark_are_a_token_each_after_one_bos() -> None:
    assert pieces("Answer: j1_pt -0.47") == [
        *("<s>", "Answer", ":", "j1_pt", "-", "0", ".", "4", "7")
    ]


def test_a_word_that_was_not_trained_on_is_spelt() -> None:
    spelt = pieces("j9_tau21 5")
    assert "<unk>" not in spelt
    assert "".join(spelt[1:-1]).replace("##", "") == "j9_tau21"
    assert "second" in pieces(NO_SECOND_JET)


def test_tokens_are_padded_on_the_right_and_know_their_lengths() -> None:
    tokens = tokenise(tiny_tokenizer(TEXTS), ["Answer: 1", "Answer: 12345"], 64)
    assert tokens.lengths.tolist() == [4, 8]
    ids, last = tokens.batch(np.array([0]))
    assert ids.shape == (1, 4)
    assert last.tolist() == [3]
    assert (tokens.ids[0, 4:] == 0).all()


def test_a_prompt_that_does_not_fit_is_an_error_and_not_a_cut() -> None:
    with pytest.raises(bench.InputError, match=r"1 of 2 prompts do not fit .* the longest has 23"):
        tokenise(tiny_tokenizer(TEXTS), ["Answer: 1", "Answer: " + "1" * 20], 22)


def test_a_second_bos_is_an_error() -> None:
    with pytest.raises(bench.InputError, match="1 prompts have other than 1 BOS"):
        tokenise(tiny_tokenizer(TEXTS), ["Answer: 1", "<s> Answer: 2"], 64)


def test_an_unknown_token_is_an_error() -> None:
    with pytest.raises(bench.InputError, match="other than 0 unknown tokens"):
        tokenise(tiny_tokenizer(TEXTS), ["Answer: é"], 64)


def test_the_answers_have_a_token_each() -> None:
    tokenizer = tiny_tokenizer(TEXTS)
    assert tokenizer.convert_ids_to_tokens(label_ids(tokenizer)) == ["background", "signal"]


def test_answers_that_begin_alike_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench_llm.tokens.LABELS", (" signal", " signal"))
    with pytest.raises(bench.InputError, match="begin with the same token"):
        label_ids(tiny_tokenizer(TEXTS))


def test_a_saved_tokenizer_reads_the_same(tmp_path: object) -> None:
    from transformers import AutoTokenizer

    tokenizer = tiny_tokenizer(TEXTS)
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    texts = [*TEXTS, BARE]
    assert (tokenise(again, texts, 64).ids == tokenise(tokenizer, texts, 64).ids).all()
