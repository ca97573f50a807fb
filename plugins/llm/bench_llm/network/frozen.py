"""States of the blocks below all that is trained: computed once, put in their place again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from bench_llm.network.blocks import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

DROPS = {
    *("attention_dropout", "hidden_dropout", "dropout", "activation_dropout", "layerdrop"),
    *("resid_pdrop", "embd_pdrop", "attn_pdrop", "embedding_dropout", "ffn_dropout"),
}
"""What configurations call the shares of what is dropped out."""
STATES = "hidden_states"
"""What transformers calls that which goes from block to block."""


class _EnoughError(Exception):
    """All that is wanted of a pass is there."""


@dataclass(frozen=True, eq=False)
class FrozenStates:
    """What enters the first block with something trained, of each event of a sample."""

    values: NDArray[np.float32]  # (all tokens, hidden), event after event; on disk
    starts: NDArray[np.int64]  # (n + 1,)
    depth: int
    """Blocks below."""

    def of(self, rows: NDArray[np.intp], longest: int, device: str) -> Tensor:
        """The states of some events: (b, longest, hidden), 0 behind the end of each."""
        states = np.zeros((len(rows), longest, self.values.shape[1]), dtype=np.float32)
        for row, padded in zip(rows, states, strict=True):
            own = self.values[self.starts[row] : self.starts[row + 1]]
            padded[: len(own)] = own[:longest]
        return torch.from_numpy(states).to(device)


def frozen_depth(language: PreTrainedModel) -> int:
    """How many of the first blocks have nothing trained in them or before them.

    0 where a model is built otherwise, and where it drops states out while it trains, so that what
    is below changes from step to step.
    """
    stack = blocks(language, language.config)
    if stack is None or _drops_out(language):
        return 0
    before = language.get_input_embeddings()
    if any(p.requires_grad for p in before.parameters()):
        return 0
    trained = (any(p.requires_grad for p in block.parameters()) for block in stack)
    return next((i for i, here in enumerate(trained) if here), 0)


def states_below(language: PreTrainedModel, depth: int, run: Callable[[], object]) -> Tensor:
    """What enters the block at this depth: (b, longest, hidden); the blocks above do not run.

    Args:
        language: with at least one block more than `depth`.
        depth: blocks below.
        run: a pass of the model.
    """
    entered: list[Tensor] = []

    def take(_: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        entered.append(inputs[0] if inputs else named[STATES])
        raise _EnoughError

    hook = _stack(language)[depth].register_forward_pre_hook(take, with_kwargs=True)
    try:
        run()
    except _EnoughError:
        pass
    finally:
        hook.remove()
    (states,) = entered
    return states


@contextmanager
def standing_on(language: PreTrainedModel, depth: int, states: Tensor) -> Iterator[None]:
    """Within, the blocks below do nothing, and these states enter the one at this depth."""
    stack = _stack(language)

    def put(
        _: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return ((states, *inputs[1:]), named) if inputs else ((), named | {STATES: states})

    with ExitStack() as undo:
        for block in stack[:depth]:
            block.forward = _handed_on
            undo.callback(delattr, block, "forward")
        hook = stack[depth].register_forward_pre_hook(put, with_kwargs=True)
        undo.callback(hook.remove)
        yield


def _handed_on(hidden_states: Tensor, *_: Any, **__: Any) -> Any:
    return hidden_states


def _stack(language: PreTrainedModel) -> nn.ModuleList:
    stack = blocks(language, language.config)
    if stack is None:
        raise ValueError("a model whose blocks are built otherwise")
    return stack


def _drops_out(language: PreTrainedModel) -> bool:
    """Whether the base itself drops states out; what LoRA drops is of what is trained."""
    config = language.config.get_text_config().to_dict()
    return any(
        isinstance(value, float) and value > 0 for name, value in config.items() if name in DROPS
    )
