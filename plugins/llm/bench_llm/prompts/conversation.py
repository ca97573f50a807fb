"""The features prompt as a user's message in a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.prompts.frame import chat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    import bench


@dataclass(frozen=True)
class ChatPrompt(FeaturesPrompt):
    """The features as a user's message, which the base's own chat template is put around."""

    name = "prompt-chat"

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a message an event."""
        return {"texts": [chat(text) for text in super().encode(table, learned)["texts"]]}
