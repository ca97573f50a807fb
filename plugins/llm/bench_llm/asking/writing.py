"""Writing under a grammar: what a language model writes is one of the facts that may be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

END = "\n"
"""What ends a fact."""


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

    def choose(self, text: str, facts: Sequence[str]) -> str:
        """The fact that the model writes behind a text: greedily, one of these."""
        from llguidance import LLMatcher

        matcher = LLMatcher(self._ll, LLMatcher.grammar_from_lark(grammar(facts)))
        ids = self._encoded(text)
        states = self._begun()
        logits, states = self._run(ids if states is not None else [*self._ids, *ids], states)
        written: list[int] = []
        while not matcher.is_stopped():
            new = matcher.compute_ff_tokens() or [self._next(matcher, logits)]
            matcher.consume_tokens(new)
            written += new
            if matcher.is_stopped() or matcher.is_accepting():
                break
            logits, states = self._run(new, states)
        said = str(self.tokenizer.decode(written, skip_special_tokens=True)).strip()
        return said if said in facts else ""

    def _next(self, matcher: Any, logits: torch.Tensor) -> int:
        allowed = torch.frombuffer(bytearray(matcher.compute_bitmask()), dtype=torch.uint8)
        bits = allowed[:, None].bitwise_right_shift(torch.arange(8, dtype=torch.uint8)) & 1
        open_ = bits.flatten()[: len(logits)].bool()
        return int(logits[: len(open_)].masked_fill(~open_, float("-inf")).argmax())

    def _encoded(self, text: str) -> list[int]:
        return [int(i) for i in self.tokenizer(text, add_special_tokens=False)["input_ids"]]

    def _begun(self) -> Any:
        """The states of the opening, to be gone on from once."""
        from copy import deepcopy

        return deepcopy(self._states)

    def _run(self, ids: Sequence[int], states: Any) -> tuple[torch.Tensor, Any]:
        with torch.inference_mode():
            out = self.model(
                input_ids=torch.tensor([list(ids)]), past_key_values=states, use_cache=True
            )
        return out.logits[0, -1].float(), out.past_key_values


def grammar(facts: Sequence[str]) -> str:
    """A grammar, in Lark's notation, of which each sentence is one of these facts in a line."""
    quoted = " | ".join(
        '" ' + fact.replace("\\", "\\\\").replace('"', '\\"') + '"' for fact in facts
    )
    return f'start: fact "\\n"\nfact: {quoted}\n'
