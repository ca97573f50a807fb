"""From texts to token ids, by one renderer for training and scoring alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.prompts.frame import CUE, LABELS, message

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""Stands in the place of a token that no loss is taken of."""
MARK = -1
"""Stands in the place of a token that an event's value is put into."""


@dataclass(frozen=True, eq=False)
class TokenizedPrompts:
    """Tokenised prompts, padded on the right."""

    ids: NDArray[np.int64]  # (n, longest)
    lengths: NDArray[np.int64]  # (n,)

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, eq=False)
class Renderer:
    """A base's tokenizer, and how many tokens the base can read."""

    tokenizer: PreTrainedTokenizerBase
    longest: int
    valued: bool = False
    """Whether texts may have placeholders; each is one token, `MARK`."""

    def __post_init__(self) -> None:
        if self.valued:
            from tokenizers import AddedToken

            whole = AddedToken(bench.PLACEHOLDER, special=True, normalized=False)
            self.tokenizer.add_tokens([whole], special_tokens=True)

    def prompt(self, text: str) -> list[int]:
        """One prompt as token ids: BOS once at its start, no EOS.

        Raises:
            InputError: a chat prompt for a base that has no chat template.
        """
        return self._marked(self._tokens(text))

    def _tokens(self, text: str) -> list[int]:
        tokenizer = self.tokenizer
        content = message(text)
        if content is None:
            plain: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
            return plain if tokenizer.bos_token_id is None else [tokenizer.bos_token_id, *plain]
        if not tokenizer.chat_template:
            raise bench.InputError("a chat prompt for a base without a chat template")
        rendered = tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        ids: list[int] = tokenizer(rendered, add_special_tokens=False)["input_ids"]
        return ids

    def prompts(self, texts: Sequence[str]) -> TokenizedPrompts:
        """Prompts as tokens.

        Raises:
            InputError: a prompt that does not fit the base with its answer, or with a token that
                is unknown, or with another number of BOS than the one at its start, or with EOS,
                or with a placeholder for a value where none are given.
        """
        if not self.valued and (odd := sum(bench.PLACEHOLDER in text for text in texts)):
            raise bench.InputError(
                f"{odd} of {len(texts)} texts have placeholders; wanted the view 'values' with them"
            )
        rendered = self._rendered(texts)
        lengths = np.array([len(ids) for ids in rendered], dtype=np.int64)
        room = self.longest - self.answers.shape[1]
        if lengths.size and lengths.max() > room:
            raise bench.InputError(
                f"{int((lengths > room).sum())} of {len(rendered)} prompts do not fit the base's "
                f"context of {self.longest} tokens with the answer; the longest has {lengths.max()}"
            )
        padded = np.full((len(rendered), int(lengths.max(initial=1))), self.padding, dtype=np.int64)
        for row, ids in zip(padded, rendered, strict=True):
            row[: len(ids)] = ids
        self._demand_sound(padded, lengths, texts)
        return TokenizedPrompts(padded, lengths)

    def _rendered(self, texts: Sequence[str]) -> list[list[int]]:
        """Prompts as token ids; plain ones all at once, which is what `prompt` gives of each."""
        if not texts or any(message(text) is not None for text in texts):
            return [self.prompt(text) for text in texts]
        bos = self.tokenizer.bos_token_id
        tokenized = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return [self._marked(ids if bos is None else [bos, *ids]) for ids in tokenized]

    def _marked(self, ids: list[int]) -> list[int]:
        """Token ids with `MARK` for each placeholder."""
        if not self.valued:
            return ids
        token = self.tokenizer.convert_tokens_to_ids(bench.PLACEHOLDER)
        return [MARK if i == token else i for i in ids]

    @property
    def padding(self) -> int:
        """The token that fills up a row; what it is plays no part, as nothing looks ahead."""
        tokenizer = self.tokenizer
        for token in (tokenizer.pad_token_id, tokenizer.eos_token_id):
            if token is not None:
                return int(token)
        return 0

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """(2, longest answer): what follows a prompt, by label; EOS once at its end.

        Raises:
            InputError: both begin with the same token, so that one pass cannot tell them apart.
        """
        ends = [] if self.tokenizer.eos_token_id is None else [self.tokenizer.eos_token_id]
        answers = [[*self._label(label), *ends] for label in LABELS]
        if answers[0][0] == answers[1][0]:
            raise bench.InputError(f"the answers {LABELS} begin with the same token")
        padded = np.full((2, max(map(len, answers))), IGNORED, dtype=np.int64)
        for row, ids in zip(padded, answers, strict=True):
            row[: len(ids)] = ids
        return padded

    @property
    def answer_tokens(self) -> tuple[int, int]:
        """The token that each answer begins with: background, signal."""
        background, signal = self.answers[:, 0].tolist()
        return background, signal

    def _label(self, label: str) -> list[int]:
        """The tokens of a label as it follows a prompt."""
        before = self.tokenizer(CUE, add_special_tokens=False)["input_ids"]
        whole: list[int] = self.tokenizer(CUE + label, add_special_tokens=False)["input_ids"]
        if whole[: len(before)] != before or len(whole) == len(before):
            raise bench.InputError(f"the tokenizer merges {label!r} with the prompt before it")
        return whole[len(before) :]

    def _demand_sound(
        self, padded: NDArray[np.int64], lengths: NDArray[np.int64], texts: Sequence[str]
    ) -> None:
        real = np.arange(padded.shape[1]) < lengths[:, None]
        tokenizer = self.tokenizer
        for kind, token, allowed in (
            ("BOS", tokenizer.bos_token_id, 1),
            ("EOS", tokenizer.eos_token_id, 0),
            ("unknown", tokenizer.unk_token_id, 0),
        ):
            if token is None or (token == tokenizer.bos_token_id and kind != "BOS"):
                continue
            wrong = ((padded == token) & real).sum(axis=1) != allowed
            if wrong.any():
                first = texts[int(np.argmax(wrong))]
                raise bench.InputError(
                    f"{int(wrong.sum())} prompts have other than {allowed} {kind} tokens, "
                    f"the first: {first!r}"
                )


class NoText(Renderer):
    """The renderer where there is no language model: a text is one token, an answer its label."""

    answers = np.array([[0], [1]])
    padding = 0

    def __init__(self) -> None:
        pass

    def prompts(self, texts: Sequence[str]) -> TokenizedPrompts:
        """A token for each, which nothing reads."""
        return TokenizedPrompts(np.zeros((len(texts), 1), np.int64), np.ones(len(texts), np.int64))
