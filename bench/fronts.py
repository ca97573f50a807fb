"""Networks that encoders bring along: they stand before a model's own and are trained with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.encoding import Learned
    from bench.parts import Encoder, Model


@dataclass(frozen=True, eq=False)
class Front:
    """Makes the network of an encoder for one view; a new one each time it is called."""

    encoder: Encoder
    view: str
    learned: Mapping[str, NDArray[np.generic]]
    """What the encoder learned of the train split."""

    def __call__(self) -> Any:
        """A torch module, as `Encoder.front` says."""
        return self.encoder.front(self.view, self.learned)


def fronts(model: Model, encoders: Sequence[Encoder], learned: Learned) -> Mapping[str, Front]:
    """The fronts that encoders bring of the views that a model reads, by view."""
    return {
        view: Front(encoder, view, learned[encoder.name])
        for encoder in encoders
        for view in sorted(encoder.fronts & model.reads)
    }
