"""What a network is trained for: the loss of an event, and how good the network is as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from bench_llm.training.loss import Loss, answer_loss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from bench_llm.examples import Examples

LOSS = "loss"
"""What is made small, among the losses of a step."""


class Objective(Protocol):
    """What is learned of the events of a sample."""

    label: ClassVar[str]
    """Of the progress."""

    @property
    def weights(self) -> NDArray[np.float64]:
        """Of each event: (n,), with a mean of 1."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each event, so that events of like length are computed at once: (n,)."""

    def losses(self, rows: NDArray[np.intp], dropped: NDArray[np.bool_]) -> Mapping[str, Tensor]:
        """Of some events, nats: `loss`, (b,), and what is watched beside it.

        Args:
            rows: (b,), of the events.
            dropped: (b,), true where an event has to do without its numbers.
        """

    def look(self) -> tuple[str, float, float]:
        """A figure of the network as it stands: its name, its value, and how good that is."""


@dataclass(frozen=True, eq=False)
class Answering:
    """To answer; the weights with the best AUC on the valid split are the best."""

    network: nn.Module
    examples: Examples
    loss: Loss
    valid_auc: Callable[[], float]
    device: str
    label: ClassVar[str] = "training"

    @property
    def weights(self) -> NDArray[np.float64]:
        """Of each event, by class too where the loss is balanced: (n,)."""
        return self.loss.weights(self.examples.y, self.examples.weights)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each prompt: (n,)."""
        return self.examples.tokens.lengths

    def losses(self, rows: NDArray[np.intp], dropped: NDArray[np.bool_]) -> Mapping[str, Tensor]:
        """Of the answer among all tokens, and of the two answers alone, nats: (b,) each."""
        batch, answers = self.examples.answered(rows, dropped, self.device)
        logits = self.network(batch)
        alone = answer_loss(logits.detach(), answers, self.examples.tokens.answers)
        return {LOSS: self.loss.of_events(logits, answers), "answer_loss": alone}

    def look(self) -> tuple[str, float, float]:
        """AUC on the valid split."""
        auc = self.valid_auc()
        return "valid_auc", auc, auc
