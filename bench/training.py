"""What a model shows of its training, so that guards can look into it while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.inputs import Inputs


@dataclass(frozen=True)
class Training:
    """The live objects of a training by gradients; shown once, before its first step.

    `context.watch(bench.Training(network, optimizer, trainable, score))` is all that a model has
    to do: the guards hang on to the optimizer's steps by themselves.
    """

    network: Any
    """A torch module."""
    optimizer: Any
    """A torch optimizer over its parameters."""
    trainable: Collection[str]
    """The parameters that are meant to be trained, by their names in `named_parameters()`; said by
    what the model is, not read off `requires_grad`, which is what is to be checked."""
    score: Callable[[Inputs], NDArray[np.floating]]
    """P(signal) of inputs as the network stands at that moment: (n,); it leaves the network and
    the random numbers as they were."""
