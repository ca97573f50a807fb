"""Writing under a grammar: what a language model writes is one of the facts that may be said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

END = "\n"
"""What ends a fact."""
BOTH_WAYS = "reads_both_ways"
"""Set in a model's configuration, the tokens of a text see those behind them too."""


@dataclass(frozen=True)
class Line:
    """What is to be written of a number."""

    begins: str
    """The mark of the number."""
    facts: Sequence[str]
    """What may be written; where it is one alone, it is taken as said."""


@dataclass(frozen=True)
class Written:
    """What was written of a number."""

    fact: str
    probability: float
    """By the model, among the facts that may be written."""


@dataclass(eq=False)
class Writer:
    """A language model that goes on a text, token by token, as far as a grammar lets it."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    opening: str = ""
    """What every text begins with; it is computed once."""
    _ll: Any = field(init=False)
    _ids: list[int] = field(init=False)
    _states: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Read the opening."""
        from llguidance.hf import from_tokenizer

        tokenizer: Any = self.tokenizer
        self._ll = from_tokenizer(tokenizer, n_vocab=int(self.model.config.vocab_size))
        bos = self.tokenizer.bos_token_id
        self._ids = [int(bos)] if bos is not None else []
        self._ids += self._encoded(self.opening) if self.opening else []
        if len(self._ids) > 1:
            self._states = self._run(self._ids, None)[1]

    def knows(self, fact: str) -> bool:
        """Whether it learned this fact: a base that reads both ways has a token for each it did."""
        if not getattr(self.model.config, BOTH_WAYS, False):
            return True
        return len(self._encoded(f" {fact}{END}")) == 1

    def write(self, text: str, lines: Sequence[Line]) -> list[Written]:
        """What the model writes behind a text: a line a number, each greedily one of its facts."""
        states, ids = self._begun(), self._encoded(text)
        ids = ids if states is not None else [*self._ids, *ids]
        _, states = self._run(ids, states, reads=True)
        out: list[Written] = []
        waiting: list[int] = []
        for line in lines:
            waiting += self._encoded(line.begins)
            if len(line.facts) == 1:
                waiting += self._encoded(f" {line.facts[0]}{END}")
                out.append(Written(line.facts[0], 1.0))
                continue
            logits, states = self._run(waiting, states)
            written, waiting, states = self._line(line.facts, logits, states)
            out.append(written)
        return out

    def _line(
        self, facts: Sequence[str], logits: torch.Tensor, states: Any
    ) -> tuple[Written, list[int], Any]:
        """One of the facts, the tokens that the model has not yet read, and the states."""
        from llguidance import LLMatcher

        matcher = LLMatcher(self._ll, LLMatcher.grammar_from_lark(grammar(facts)))
        ids: list[int] = []
        new: list[int] = []
        chance = 0.0
        while not matcher.is_stopped():
            new = matcher.compute_ff_tokens()
            if not new:
                token, log = self._next(matcher, logits)
                new, chance = [token], chance + log
            matcher.consume_tokens(new)
            ids += new
            if matcher.is_stopped() or matcher.is_accepting():
                break
            logits, states = self._run(new, states)
        said = str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip()
        return Written(said if said in facts else "", math.exp(chance)), new, states

    def _next(self, matcher: Any, logits: torch.Tensor) -> tuple[int, float]:
        """The likeliest token that the grammar allows, and the log of its probability."""
        allowed = torch.frombuffer(bytearray(matcher.compute_bitmask()), dtype=torch.uint8)
        bits = allowed[:, None].bitwise_right_shift(torch.arange(8, dtype=torch.uint8)) & 1
        open_ = bits.flatten()[: len(logits)].bool()
        logs = logits[: len(open_)].masked_fill(~open_, float("-inf")).log_softmax(0)
        token = int(logs.argmax())
        return token, float(logs[token])

    def _encoded(self, text: str) -> list[int]:
        return [int(i) for i in self.tokenizer(text, add_special_tokens=False)["input_ids"]]

    def _begun(self) -> Any:
        """The states of the opening, to be gone on from once."""
        from copy import deepcopy

        return deepcopy(self._states)

    def _run(
        self, ids: Sequence[int], states: Any, *, reads: bool = False
    ) -> tuple[torch.Tensor, Any]:
        sees = None
        if reads and states is None and getattr(self.model.config, BOTH_WAYS, False):
            sees = torch.zeros(1, 1, len(ids), len(ids), dtype=self.model.dtype)
        with torch.inference_mode():
            out = self.model(
                input_ids=torch.tensor([list(ids)]),
                attention_mask=sees,
                past_key_values=states,
                use_cache=True,
                logits_to_keep=1,
            )
        return out.logits[0, -1].float(), out.past_key_values


def grammar(facts: Sequence[str]) -> str:
    """A grammar, in Lark's notation, of which each sentence is one of these facts in a line."""
    quoted = " | ".join(
        '" ' + fact.replace("\\", "\\\\").replace('"', '\\"') + '"' for fact in facts
    )
    return f'start: fact "\\n"\nfact: {quoted}\n'
