"""The network: numbers scaled as in the train split, then TabM, which gives a logit a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tabm
from bench_networks.network import NumbersNetwork
from torch import Tensor, nn


class Ensemble(NumbersNetwork):
    """TabM of one logit a member, behind the stem that an encoder brings, if any.

    Source: Gorishniy, Kotelnikov and Babenko, TabM, ICLR 2025 (arXiv:2410.24210).
    """

    def __init__(self, form: Mapping[str, Any], stem: nn.Module | None = None) -> None:
        super().__init__(form["d"], stem)
        self.members = tabm.TabM.make(
            n_num_features=self.width,
            d_out=1,
            k=form["members"],
            n_blocks=form["layers"],
            d_block=form["units"],
            dropout=form["dropout"],
        )

    def head(self, numbers: Tensor) -> Tensor:
        """(b, width) -> (b, k, 1), a logit of each member."""
        logits: Tensor = self.members(numbers)
        return logits
