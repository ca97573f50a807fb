"""From texts to token ids, by one renderer for training and scoring alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.answers import Answers
from bench_llm.prompts.frame import bare, message
from bench_llm.turns import Turns

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

MARK = -1
"""Stands in the place of a token that an event's value is put into."""
SLOT = -2
"""Stands in the place of a token that an embedding of the event's numbers is put into."""


@dataclass(frozen=True, eq=False)
class TokenizedPrompts:
    """Tokenised prompts, padded on the right, and the two answers that may follow them."""

    ids: NDArray[np.int64]  # (n, longest)
    lengths: NDArray[np.int64]  # (n,)
    answers: Answers

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True)
class Slots:
    """Tokens of a prompt that the numbers' embeddings are put into."""

    count: int = 0
    place: str = "dedicated"
    """`prepended` before all, `dedicated` behind BOS, `last` behind the prompt."""

    def within(self, ids: list[int], prefix: int) -> list[int]:
        """A prompt's token ids with `SLOT` for each of these, behind `prefix` special tokens."""
        at = {"prepended": 0, "dedicated": prefix, "last": len(ids)}[self.place]
        return [*ids[:at], *[SLOT] * self.count, *ids[at:]]


NO_SLOTS = Slots()


@dataclass(frozen=True, eq=False)
class Renderer:
    """A base's tokenizer, and what the base can read."""

    tokenizer: PreTrainedTokenizerBase
    longest: int | None
    """Tokens that the base can read; None for any number."""
    valued: bool = False
    """Whether texts may have placeholders; each is one token, `MARK`."""
    slots: Slots = NO_SLOTS
    reach: int | None = None
    """How many tokens the answer may be behind the numbers that are fused; None for any number."""

    def __post_init__(self) -> None:
        if self.valued:
            from tokenizers import AddedToken

            whole = AddedToken(bench.PLACEHOLDER, special=True, normalized=False)
            self.tokenizer.add_tokens([whole], special_tokens=True)

    def prompt(self, text: str) -> list[int]:
        """One prompt as token ids: what the tokenizer begins a text with, and no EOS.

        Raises:
            InputError: a chat prompt for a base that has no chat template.
        """
        prefix = 0 if message(text) is not None else len(self.turns.prefix)
        return self.slots.within(self._marked(self.turns.prompt(text)), prefix)

    def prompts(self, texts: Sequence[str]) -> TokenizedPrompts:
        """Prompts as tokens.

        Raises:
            InputError: a prompt that does not fit the base with its answer, or with a token that
                is unknown, or with a BOS or an EOS that the tokenizer does not put there, or with a
                placeholder for a value where none are given; or prompts of two forms.
        """
        if not self.valued and (odd := sum(bench.PLACEHOLDER in text for text in texts)):
            raise bench.InputError(
                f"{odd} of {len(texts)} texts have placeholders; wanted the view 'values' with them"
            )
        chats = sum(message(text) is not None for text in texts)
        if 0 < chats < len(texts):
            raise bench.InputError(f"{chats} of {len(texts)} prompts are a chat's; wanted one form")
        rendered = self._rendered(texts)
        lengths = np.array([len(ids) for ids in rendered], dtype=np.int64)
        answers = self.answers(in_chat=chats > 0)
        self._demand_room(lengths, answers)
        padded = np.full((len(rendered), int(lengths.max(initial=1))), self.padding, dtype=np.int64)
        for row, ids in zip(padded, rendered, strict=True):
            row[: len(ids)] = ids
        self._demand_sound(padded, lengths, texts)
        return TokenizedPrompts(padded, lengths, answers)

    @cached_property
    def turns(self) -> Turns:
        """How the tokenizer wants prompts and answers."""
        return Turns(self.tokenizer)

    def answers(self, *, in_chat: bool = False) -> Answers:
        """What follows a prompt, plain or in a chat."""
        return self.turns.answers(in_chat=in_chat)

    @property
    def padding(self) -> int:
        """The token that fills up a row; what it is plays no part, as nothing looks ahead."""
        tokenizer = self.tokenizer
        for token in (tokenizer.pad_token_id, tokenizer.eos_token_id):
            if token is not None:
                return int(token)
        return 0

    def _rendered(self, texts: Sequence[str]) -> list[list[int]]:
        """Prompts as token ids; plain ones all at once, which is what `prompt` gives of each."""
        if not texts or message(texts[0]) is not None:
            return [self.prompt(text) for text in texts]
        prefix = self.turns.prefix
        tokenized = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return [self.slots.within(self._marked([*prefix, *ids]), len(prefix)) for ids in tokenized]

    def _marked(self, ids: list[int]) -> list[int]:
        """Token ids with `MARK` for each placeholder."""
        if not self.valued:
            return ids
        token = self.tokenizer.convert_tokens_to_ids(bench.PLACEHOLDER)
        return [MARK if i == token else i for i in ids]

    def demand_fit(self, lengths: NDArray[np.int64], what: str, spare: int = 0) -> None:
        """Refuse what is longer than the base can read.

        Args:
            lengths: (n,), in tokens.
            what: how the prompts are that have them.
            spare: tokens that come on top of each.

        Raises:
            InputError: how many are too long.
        """
        longest = int(lengths.max(initial=0))
        room = None if self.longest is None else self.longest - spare
        if room is not None and longest > room:
            raise bench.InputError(
                f"{int((lengths > room).sum())} of {len(lengths)} prompts do not fit the base's "
                f"context of {self.longest} tokens {what}; the longest has {longest}"
            )

    def _demand_room(self, lengths: NDArray[np.int64], answers: Answers) -> None:
        """Refuse prompts that the base cannot read whole, or whose numbers are out of reach."""
        self.demand_fit(lengths, "with the answer", answers.ids.shape[1])
        longest = int(lengths.max(initial=0))
        if self.reach is not None and longest > self.reach:
            raise bench.InputError(
                f"the base's attention reaches {self.reach} tokens back and the longest prompt has "
                f"{longest}: its answer cannot see the numbers at its start; wanted them at its end"
            )

    def _demand_sound(
        self, padded: NDArray[np.int64], lengths: NDArray[np.int64], texts: Sequence[str]
    ) -> None:
        """Refuse special tokens beyond those that stand around a prompt that says nothing."""
        real = np.arange(padded.shape[1]) < lengths[:, None]
        tokenizer = self.tokenizer
        around = self.turns.prompt(bare(texts))
        for kind, token in (
            ("BOS", tokenizer.bos_token_id),
            ("EOS", tokenizer.eos_token_id),
            ("unknown", tokenizer.unk_token_id),
        ):
            if token is None or (token == tokenizer.bos_token_id and kind != "BOS"):
                continue
            allowed = 0 if kind == "unknown" else around.count(token)
            wrong = ((padded == token) & real).sum(axis=1) != allowed
            if wrong.any():
                first = texts[int(np.argmax(wrong))]
                raise bench.InputError(
                    f"{int(wrong.sum())} prompts have other than {allowed} {kind} tokens, "
                    f"the first: {first!r}"
                )


class NoText(Renderer):
    """The renderer where there is no language model: a text is one token, an answer its label."""

    padding = 0

    def __init__(self) -> None:
        pass

    def prompts(self, texts: Sequence[str]) -> TokenizedPrompts:
        """A token for each, which nothing reads."""
        ids, lengths = np.zeros((len(texts), 1), np.int64), np.ones(len(texts), np.int64)
        return TokenizedPrompts(ids, lengths, Answers(np.array([[0], [1]]), (1, 1)))
