"""Tokenizers' own manners: special tokens, chat templates, and how a turn ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.bases.loading import load_tokenizer
from bench_llm.bases.source import BaseSource
from bench_llm.examples import Reader
from bench_llm.fitted import FittedLanguageModel
from bench_llm.prompts.frame import chat
from bench_llm.rendering import Renderer
from bench_llm.text import TextOnly
from events import context, inputs
from sklearn.metrics import roc_auc_score

import bench

TEXTS = inputs(4).views["texts"]
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WITH_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}"
    "{% endif %}" + CHATML
)
DEMANDS_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ raise_exception('a system turn first') }}"
    "{% endif %}" + CHATML
)
ALTERNATES = (
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}" + CHATML
)
DATED = "{{ 'Today is ' + strftime_now('%d %B %Y') + '\n' }}" + CHATML
THINKS = CHATML.replace(
    "{{ '<|im_start|>assistant\n' }}",
    "{{ '<|im_start|>assistant\n' }}{% if enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}",
)
LLAMA3 = CHATML.replace("<|im_end|>\n", "<|im_end|>")
TEMPLATES = {
    "chatml": CHATML,
    "brings a system's turn": WITH_SYSTEM,
    "demands a system's turn": DEMANDS_SYSTEM,
    "roles alternate": ALTERNATES,
    "dated": DATED,
    "thinks": THINKS,
    "no line feed": LLAMA3,
}


def tokenizer_of(base: str, template: str = "", **special: str | None) -> Any:
    tokenizer = load_tokenizer(BaseSource(base))
    marks = ["<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens({"additional_special_tokens": marks})
    for name, token in special.items():
        setattr(tokenizer, name, token)
    if template:
        tokenizer.chat_template = template
    return tokenizer


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_chat_ends_in_the_assistants_turn_and_the_answer_in_its_end(base: str, name: str) -> None:
    """In the form of Qwen: the end of a user's turn is EOS itself."""
    tokenizer = tokenizer_of(base, TEMPLATES[name], eos_token="<|im_end|>")
    renderer = Renderer(tokenizer, 400)
    tokens = renderer.prompts([chat(text) for text in TEXTS])
    for row, length, text in zip(tokens.ids, tokens.lengths, TEXTS, strict=True):
        said = tokenizer.decode(row[:length])
        assert said.count("<|im_start|>assistant") == 1
        assert said.endswith("<think>\n\n</think>\n\n" if name == "thinks" else "assistant\n")
        assert text.removesuffix("Answer:").strip() in said
    words = [tokenizer.decode([i for i in row if i >= 0]) for row in tokens.answers.ids]
    assert words == ["background<|im_end|>", "signal<|im_end|>"]


def test_an_end_of_text_within_an_events_text_is_an_error_in_a_chat_too(base: str) -> None:
    renderer = Renderer(tokenizer_of(base, CHATML, eos_token="<|im_end|>"), 400)
    with pytest.raises(bench.InputError, match="1 prompts have other than 1 EOS"):
        renderer.prompts([chat(TEXTS[0]), chat(TEXTS[0].replace("pt", "<|im_end|>"))])


def test_a_prompt_says_the_same_day_every_day(base: str) -> None:
    said = tokenizer_of(base).decode(Renderer(tokenizer_of(base, DATED), 400).prompt(chat("x")))
    assert "Today is 26 Jul 2024" in said


def test_a_template_that_refuses_is_told_in_its_own_words(base: str) -> None:
    template = "{{ raise_exception('only in French') }}"
    renderer = Renderer(tokenizer_of(base, template), 400)
    with pytest.raises(bench.InputError, match="chat template refuses a message: only in French"):
        renderer.prompts([chat("x")])


def test_prompts_of_two_forms_are_refused(base: str) -> None:
    with pytest.raises(bench.InputError, match="1 of 2 prompts are a chat's"):
        Renderer(tokenizer_of(base), 400).prompts([TEXTS[0], chat(TEXTS[1])])


@pytest.mark.parametrize("lacks", ["bos_token", "eos_token", "pad_token", "unk_token"])
def test_a_tokenizer_may_lack_a_special_token(base: str, lacks: str) -> None:
    tokenizer = tokenizer_of(base, **{lacks: None})
    if lacks == "bos_token":
        from tokenizers import processors

        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(single="$A")
    tokens = Renderer(tokenizer, 400).prompts(TEXTS)
    first = tokenizer.decode(tokens.ids[0, : tokens.lengths[0]])
    assert first == TEXTS[0] if lacks == "bos_token" else first == "<s>" + TEXTS[0]
    assert tokens.answers.ids.shape[1] == (1 if lacks == "eos_token" else 2)


def test_a_bos_that_the_tokenizer_does_not_put_there_is_not_put_there(base: str) -> None:
    """In the form of SmolLM2, whose BOS is the mark of a turn."""
    from tokenizers import processors

    tokenizer = tokenizer_of(base, CHATML, bos_token="<|im_start|>", eos_token="<|im_end|>")
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(single="$A")
    renderer = Renderer(tokenizer, 400)
    tokens = renderer.prompts(TEXTS)
    assert tokenizer.decode(tokens.ids[0, : tokens.lengths[0]]) == TEXTS[0]
    renderer.prompts([chat(text) for text in TEXTS])


@pytest.mark.parametrize("labels", [(" background", " pt=12"), (" pt=1234", " pt=125")])
def test_answers_of_several_tokens_are_scored_by_their_whole_probability(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: tuple[str, str]
) -> None:
    monkeypatch.setattr("bench_llm.turns.LABELS", labels)
    fitted = TextOnly(base=base).fit(inputs(64), inputs(16, 1), context(tmp_path))
    events = inputs(5, 2)
    renderer, language = fitted.reader.renderer, fitted.network.language
    assert not renderer.answers().single
    for score, text in zip(fitted.score(events), events.views["texts"], strict=True):
        prompt = renderer.prompt(text)
        logs = []
        for label in labels:
            word = renderer.turns.plain(text + label)[len(prompt) - 1 :]  # BOS is not of the text
            with torch.inference_mode():
                logits = language(input_ids=torch.tensor([[*prompt, *word]])).logits[0].double()
            each = logits.log_softmax(-1)[len(prompt) - 1 : -1]
            logs.append(sum(each[i, token].item() for i, token in enumerate(word)))
        assert score == pytest.approx(1 / (1 + np.exp(logs[0] - logs[1])), abs=1e-6)


def test_they_are_learned_too(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench_llm.turns.LABELS", (" pt=1234", " pt=125"))
    logged: list[dict[str, float]] = []
    logging = replace(context(tmp_path), log=lambda _, scalars: logged.append(dict(scalars)))
    fitted = TextOnly(base=base, epochs=4, batch=16, lr=1e-2).fit(
        inputs(1000), inputs(64, 1), logging
    )
    assert isinstance(fitted, FittedLanguageModel)
    events = inputs(200, 2)
    assert roc_auc_score(events.y, fitted.score(events)) > 0.75
    assert logged[0]["answer_loss"] == pytest.approx(np.log(2), abs=0.2)


def test_examples_know_which_answers_follow_a_chat(base: str) -> None:
    events = inputs(4)
    events.views["texts"] = [chat(text) for text in TEXTS]
    renderer = Renderer(tokenizer_of(base, CHATML, eos_token="<|im_end|>"), 400)
    batch, answers = (
        Reader(renderer, "", None).read(events).answered(np.arange(4), np.zeros(4, bool), "cpu")
    )
    assert "assistant\nsignal" in renderer.tokenizer.decode(batch.ids[1].tolist())
    said = renderer.tokenizer.decode([i for i in answers[1].tolist() if i >= 0])
    assert said == "signal<|im_end|>"
