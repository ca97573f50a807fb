"""The options of a model that reads an event's numbers beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench_llm.language import LanguageModel

if TYPE_CHECKING:
    from bench_llm.network.adapter import AdapterShape


@dataclass(frozen=True)
class FusedLanguageModel(LanguageModel):
    """A language model with an adapter from the numbers to its embeddings."""

    trainable_views = frozenset({"numbers"})

    layers: Literal[0, 1, 2] = 2
    """The adapter's hidden layers, with SiLU; 0 for a linear map."""
    units: int = 256
    """Units of each of them."""
    norm: bool = False
    """Layer norm of the adapter's embeddings."""
    scale: float = 1.0
    """Factor on the adapter's embeddings."""
    adapter_lr: float = 2e-3
    """Peak learning rate of the adapter."""
    modality_dropout: float = 0.25
    """Share of the events of a step that go without their numbers, so that the text is learned."""
    numbers: Literal["given", "permuted", "zeroed"] = "given"
    """As given; or, in training and scoring alike, the controls: `permuted` between the events,
    `zeroed` after scaling."""

    def __post_init__(self) -> None:
        """Refuse what no adapter can have."""
        super().__post_init__()
        if self.units < 1 or self.adapter_lr < 0 or not 0 <= self.modality_dropout < 1:
            raise ValueError("wanted units >= 1, adapter_lr >= 0 and 0 <= modality_dropout < 1")

    def adapter(self, d: int, *, has_stem: bool) -> AdapterShape:
        """From d numbers to embeddings, behind the stem of an encoder or not."""
        from bench_llm.network.adapter import AdapterShape

        return AdapterShape(
            d, self.layers, self.units, self.norm, self.scale, self.embeddings, has_stem
        )

    @property
    def embeddings(self) -> int:
        """How many embeddings the adapter makes of an event."""
        return 1

    @property
    def control(self) -> str:
        """What is done to the numbers, in training and scoring alike."""
        return self.numbers

    @property
    def dropped_share(self) -> float:
        """Share of the events of a step that go without numbers; none where there is no text."""
        return 0.0 if self.base == "none" else self.modality_dropout

    @property
    def adapter_rate(self) -> float:
        """Peak learning rate of the adapter."""
        return self.adapter_lr
