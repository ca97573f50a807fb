"""Rendering: one way for training and scoring, BOS and EOS once, nothing cut, answers apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_llm.answers import IGNORED
from bench_llm.bases.loading import load_tokenizer
from bench_llm.bases.source import BaseSource
from bench_llm.examples import Reader
from bench_llm.prompts.frame import LABELS, chat
from bench_llm.rendering import Renderer
from events import inputs

import bench

TEXTS = inputs(20).views["texts"]


@pytest.fixture
def renderer(base: str) -> Renderer:
    return Renderer(load_tokenizer(BaseSource(base)), 96)


def pieces(renderer: Renderer, ids: list[int]) -> list[str]:
    return [renderer.tokenizer.decode([i]) for i in ids]


def test_a_digit_is_a_token_and_a_name_with_its_mark_too(renderer: Renderer) -> None:
    said = pieces(renderer, renderer.prompt("jet1: pt=1310"))
    assert said == ["<s>", "jet", "1", ":", " pt=", "1", "3", "1", "0"]


def test_any_text_can_be_said_and_read_back(renderer: Renderer) -> None:
    for text in (*TEXTS, "τ21=0.5 é\t\n  ok"):
        assert renderer.tokenizer.decode(renderer.prompt(text)[1:]) == text


def test_training_and_scoring_read_the_same_tokens(renderer: Renderer) -> None:
    examples = Reader(renderer, "", None).read(inputs(20))
    rows = np.arange(20)
    scored = examples.prompts(rows, "cpu")
    trained, answers = examples.answered(rows, np.zeros(20, bool), "cpu")
    for i in rows:
        last = int(scored.reads[i, 0])
        assert trained.reads[i].tolist() == [last, last + 1]
        assert trained.ids[i, : last + 1].tolist() == scored.ids[i, : last + 1].tolist()
        answer = [trained.ids[i, last + 1].item(), answers[i, -1].item()]
        assert answers[i, 0].item() == answer[0]
        assert pieces(renderer, answer) == [LABELS[examples.y[i]], "</s>"]
        whole = [*trained.ids[i, : last + 2].tolist(), answer[1]]
        assert whole.count(renderer.tokenizer.bos_token_id) == 1
        assert whole.count(renderer.tokenizer.eos_token_id) == 1


def test_many_prompts_are_rendered_as_each_alone(renderer: Renderer) -> None:
    for texts in (TEXTS, [chat(text) for text in TEXTS]):
        tokens = renderer.prompts(texts)
        for text, ids, length in zip(texts, tokens.ids, tokens.lengths, strict=True):
            assert ids[:length].tolist() == renderer.prompt(text)


def test_an_answer_of_several_tokens_is_learned_whole(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench_llm.turns.LABELS", (" background", " pt=12"))
    both = renderer.answers()
    assert both.ids.shape == (2, 4)
    assert (both.ids[0] == IGNORED).sum() == 2
    assert not both.single
    examples = Reader(renderer, "", None).read(inputs(4))
    batch, answers = examples.answered(np.arange(4), np.zeros(4, bool), "cpu")
    last = int(batch.reads[1, 0])
    assert pieces(renderer, batch.ids[1, last + 1 : last + 4].tolist()) == [" pt=", "1", "2"]
    assert answers[0].tolist()[2:] == [IGNORED, IGNORED]


def test_a_chat_prompt_is_rendered_by_the_bases_own_template(renderer: Renderer) -> None:
    assert pieces(renderer, renderer.prompt(chat("pt=1 Answer:")))[:2] == ["<s>", "[INST]"]
    renderer.tokenizer.chat_template = "{{ bos_token }}U:{{ messages[0]['content'] }}"
    ids = renderer.prompt(chat("pt=1 Answer:"))
    assert renderer.tokenizer.decode(ids) == "<s>U:pt=1"
    renderer.tokenizer.chat_template = None
    with pytest.raises(bench.InputError, match="without a chat template"):
        renderer.prompt(chat("pt=1"))


def test_a_prompt_that_does_not_fit_is_an_error_and_not_a_cut(renderer: Renderer) -> None:
    message = r"1 of 2 prompts do not fit .* 96 tokens with the answer; the longest has 95"
    with pytest.raises(bench.InputError, match=message):
        renderer.prompts(["pt=" + "1" * 91, "pt=" + "1" * 92])


@pytest.mark.parametrize(("text", "count"), [("<s>pt=1", "1 BOS"), ("pt=1</s>", "0 EOS")])
def test_a_mark_within_a_prompt_is_an_error(renderer: Renderer, text: str, count: str) -> None:
    with pytest.raises(bench.InputError, match=f"1 prompts have other than {count}"):
        renderer.prompts(["pt=1", text])


@pytest.mark.parametrize("labels", [(" pt=1", " pt=12"), (" signal", " signal")])
def test_an_answer_that_is_the_beginning_of_the_other_is_refused(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, labels: tuple[str, str]
) -> None:
    monkeypatch.setattr("bench_llm.turns.LABELS", labels)
    with pytest.raises(bench.InputError, match="begin with the same tokens up to the end of one"):
        renderer.answers()


def test_numbers_that_are_not_finite_are_refused(base: str, tmp_path: Path) -> None:
    from bench_llm.nfa import PromptFusion
    from events import context

    train = inputs(32)
    train.views["numbers"][3, 0] = np.nan
    with pytest.raises(bench.InputError, match="not finite"):
        PromptFusion(base=base).fit(train, inputs(32, 1), context(tmp_path))
