"""How a base's tokenizer wants a prompt and an answer: special tokens, chat template, ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import bench
from bench_llm.answers import Answers, padded_answers
from bench_llm.prompts.frame import LABELS, bare, chat, message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TODAY = "{% macro strftime_now(format) %}26 Jul 2024{% endmacro %}"
"""What goes before a template that asks for the day: a prompt is the same on every day."""
SYSTEM = "You are a particle physicist."
"""The system's turn where a template demands one."""


@dataclass(frozen=True, eq=False)
class Turns:
    """Prompts and answers in a tokenizer's own manner: plain, or as turns of a chat."""

    tokenizer: PreTrainedTokenizerBase

    @cached_property
    def prefix(self) -> list[int]:
        """The special tokens that the tokenizer itself puts before a plain text, such as BOS.

        Raises:
            InputError: it puts them elsewhere than around a text.
        """
        text = bare([])
        plain = self.plain(text)
        whole: list[int] = self.tokenizer(text)["input_ids"]
        for start in range(len(whole) - len(plain) + 1):
            if whole[start : start + len(plain)] == plain:
                return whole[:start]
        raise bench.InputError("the base's tokenizer changes a text where it adds special tokens")

    def plain(self, text: str) -> list[int]:
        """The tokens of a text, and nothing around them."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def prompt(self, text: str) -> list[int]:
        """A prompt as token ids, with what the tokenizer or its chat template puts around it.

        Raises:
            InputError: a chat prompt for a base that has no chat template, or whose one fails.
        """
        content = message(text)
        if content is None:
            return [*self.prefix, *self.plain(text)]
        return self.plain(self._conversation(content))

    def answers(self, *, in_chat: bool) -> Answers:
        """What follows a prompt of the one form or the other.

        Raises:
            InputError: the tokenizer merges a label with the prompt before it, has no token for it,
                or tells the two apart too late.
        """
        prompt = bare([chat("")] if in_chat else [])
        before, spaces, end = self._chat_frame(prompt) if in_chat else (prompt, None, None)
        ends = [self.tokenizer.eos_token_id] if end is None else [end]
        labels = [
            self._label(before, label if spaces is None else spaces + label.strip())
            for label in LABELS
        ]
        try:
            return padded_answers(labels, [token for token in ends if token is not None])
        except ValueError as error:
            raise bench.InputError(f"{LABELS}: {error}") from error

    def behind(self, stem: str, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts as they follow an answer.

        Raises:
            InputError: the tokenizer merges one with what stands before it, or lacks a token.
        """
        before = self.plain(bench.CUE + stem)
        whole = [bench.CUE + stem + text for text in texts]
        made: list[list[int]] = []
        if whole:
            made = self.tokenizer(whole, add_special_tokens=False)["input_ids"]
        for ids, text in zip(made, texts, strict=True):
            if ids[: len(before)] != before or len(ids) == len(before):
                raise bench.InputError(f"the tokenizer merges {text!r} with the answer before it")
            if self.tokenizer.unk_token_id in ids and self.tokenizer.unk_token_id is not None:
                raise bench.InputError(f"the tokenizer has no token for some of {text!r}")
        return [ids[len(before) :] for ids in made]

    def _conversation(self, content: str, answer: str | None = None) -> str:
        """The text of a chat up to the answer, or with it."""
        from jinja2 import TemplateError

        if not self.tokenizer.chat_template:
            raise bench.InputError("a chat prompt for a base without a chat template")
        question = [{"role": "user", "content": content}]
        reply = [] if answer is None else [{"role": "assistant", "content": answer}]
        system = [{"role": "system", "content": SYSTEM}]
        try:
            try:
                return self._rendered([*question, *reply])
            except TemplateError:
                return self._rendered([*system, *question, *reply])
        except TemplateError as error:
            raise bench.InputError(
                f"the base's chat template refuses a message: {error}"
            ) from error

    def _rendered(self, messages: list[dict[str, str]]) -> str:
        template = self.tokenizer.get_chat_template()
        text = self.tokenizer.apply_chat_template(
            messages,
            chat_template=TODAY + template if "strftime_now" in template else template,
            add_generation_prompt=messages[-1]["role"] == "user",
            tokenize=False,
            enable_thinking=False,  # the answer comes at once
        )
        return str(text)

    def _chat_frame(self, prompt: str) -> tuple[str, str, int | None]:
        """The text before an answer, the space between them, and the token that ends the turn."""
        content, label = message(prompt) or "", LABELS[1].strip()
        before = self._conversation(content)
        whole = self._conversation(content, label)
        if not whole.startswith(before):  # a turn of thinking, say, that is only put before a reply
            return before, "" if before[-1:].isspace() else " ", None
        spaces, _, behind = whole[len(before) :].partition(label)
        if spaces.strip():
            raise bench.InputError(f"the base's chat template puts {spaces!r} before an answer")
        ends = self.plain(behind)[:1]
        special = ends and ends[0] in {
            *self.tokenizer.all_special_ids,
            *self.tokenizer.added_tokens_decoder,
        }
        return before, spaces, ends[0] if special else None

    def _label(self, before: str, label: str) -> list[int]:
        """The tokens of a label as it follows a prompt."""
        prompt, whole = self.plain(before), self.plain(before + label)
        if whole[: len(prompt)] != prompt or len(whole) == len(prompt):
            raise bench.InputError(f"the tokenizer merges {label!r} with the prompt before it")
        tokens = whole[len(prompt) :]
        if self.tokenizer.unk_token_id in tokens and self.tokenizer.unk_token_id is not None:
            raise bench.InputError(f"the tokenizer has no token for {label!r}")
        return tokens
