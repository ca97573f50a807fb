"""Deep sets on particles: a network for each particle, a sum, a network for the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bench_networks import NetworkModel

import bench
from bench_deepsets.columns import DIRECTIONS, LEAD, SECOND, SHARE

if TYPE_CHECKING:
    from torch import nn

    from bench_deepsets.network import FlowNetwork


@dataclass(frozen=True)
class DeepSets(NetworkModel):
    """A particle-flow or energy-flow network on the constituents of jets.

    P. T. Komiske, E. M. Metodiev and J. Thaler, Energy Flow Networks, JHEP 01 (2019) 121.
    """

    name = "deepsets"
    reads = frozenset({"particles", "mask"})
    symmetries = frozenset({"particle order"})
    encoder = "particles"

    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 1e-4
    """Decoupled weight decay (AdamW)."""
    batch: int = 128
    """Events of a step."""
    epochs: int = 60
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 8
    """Epochs without a better log loss on the valid split before it stops."""
    flow: Literal["particle", "energy"] = "particle"
    """`particle`: the sum over particles of a network of all that they have. `energy`: the sum,
    weighted by their share of the jet's pt, of a network of their directions alone, which soft and
    collinear particles do not change."""
    layers: int = 2
    """Hidden layers of the network for a particle, and of that for the event."""
    units: int = 64
    """Units of each of them."""
    latent: int = 64
    """Numbers of a particle that are summed over each jet."""
    dropout: float = 0.1
    """Share of the units of the event's network that a step goes without."""

    def __post_init__(self) -> None:
        """Refuse what no such network can have."""
        super().__post_init__()
        if min(self.layers, self.units, self.latent) < 1 or not 0 <= self.dropout < 1:
            raise ValueError("wanted layers, units, latent of at least 1 and 0 <= dropout < 1")

    @property
    def depends_on(self) -> frozenset[str]:
        """Its views; of an energy flow's particles their shares, directions and flags alone."""
        if self.flow == "particle":
            return super().depends_on
        read = (*DIRECTIONS, SHARE, LEAD, SECOND)
        return frozenset({"mask", *(f"particles[{bench.PARTICLE.index(n)}]" for n in read)})

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        """Numbers of a particle, and size of the networks."""
        f = len(train.views["particles"][0][0])
        names = ("flow", "layers", "units", "latent", "dropout")
        return {"f": f, **{name: getattr(self, name) for name in names}}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> FlowNetwork:
        """The networks; no encoder brings one for particles."""
        from bench_deepsets.network import FlowNetwork, Shape

        return FlowNetwork(Shape(**{k: v for k, v in form.items() if k != "has_stem"}))


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Deep sets."""
    return [DeepSets]
