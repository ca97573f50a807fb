"""Particle Transformer on particles, by the package weaver-core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bench_networks import NetworkModel

import bench

if TYPE_CHECKING:
    from torch import nn

    from bench_part.network import EventTransformer


@dataclass(frozen=True)
class ParT(NetworkModel):
    """Particle Transformer on the constituents of both jets together, as weaver-core has it."""

    name = "part"
    reads = frozenset({"particles", "mask"})
    symmetries = frozenset({"particle order"})
    encoder = "particles"

    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    batch: int = 64
    """Events of a step."""
    epochs: int = 10
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 3
    """Epochs without a better log loss on the valid split before it stops."""
    size: Literal["tiny", "small", "paper"] = "tiny"
    """`tiny`: 2 blocks of width 32, for a CPU; `small`: 4 of width 64; `paper`: 8 of width 128, as
    published, for a GPU."""
    dropout: float = 0.0
    """Share of units, of attention and of activations that a step goes without; published: 0.1."""

    def __post_init__(self) -> None:
        """Refuse what no such network can have."""
        super().__post_init__()
        if not 0 <= self.dropout < 1:
            raise ValueError("wanted 0 <= dropout < 1")

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        """Numbers of a particle, and size of the network."""
        f = len(train.views["particles"][0][0])
        return {"f": f, "size": self.size, "dropout": self.dropout}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> EventTransformer:
        """The network; no encoder brings one for particles."""
        from bench_part.network import EventTransformer

        return EventTransformer(form["f"], form["size"], form["dropout"])


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Particle Transformer."""
    return [ParT]
