"""What a model reads: the views that encoders made of a sample's events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError, RequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Learned = Mapping[str, Mapping[str, NDArray[np.generic]]]
    """What each encoder learned of the train split, by encoder name."""

WITHIN = {"texts": ("values",), "particles": ("mask",)}
"""Views that stand within another one, and go where it goes."""
PARTICLE = (
    *("part_logpt", "part_loge", "part_logptrel", "part_logerel"),
    *("part_deltaR", "part_deta", "part_dphi", "lead_deta", "lead_dphi", "in_lead", "in_second"),
)
"""What each particle of the view `particles` has first, in GeV and rad before any logarithm.

The names of weaver's data configs; those in `part_` but for pt and energy are relative to the
particle's jet, `lead_` ones to the leading jet, and `in_` ones are 1 for a constituent and else 0.
"""


@dataclass(frozen=True, eq=False)
class Inputs:
    """The encoded events of one sample.

    Views have open names; any view has n entries and is indexed by event.

    `texts` is a list of n strings, each the whole prompt: `bench.framed` puts the question before
    the facts and ends it with `bench.CUE`, without a space, as one of `bench.ANSWERS` follows it.
    `bench.facts` lays the facts out in lines, so that encoders differ in how they say a number.
    `numbers` is a (n, d) float32 array.
    `values` is a (n, k) float32 array of numbers within the texts, whose j-th `bench.PLACEHOLDER`
    stands for values[:, j]; where a text has fewer than k, the rest plays no part.
    `particles` is a (n, p, f) float32 array, f at least those of `bench.PARTICLE`, in their order;
    `mask`, (n, p), is true where there is a particle. Where there is none all is 0.

    Raises:
        InputError: a view whose length is not the number of events.
    """

    views: Mapping[str, Any]
    y: NDArray[np.int8]  # (n,), 1 signal, 0 background
    ids: NDArray[np.uint64]  # (n,)
    weights: NDArray[np.float64]  # (n,)

    def __post_init__(self) -> None:
        for name, view in self.views.items():
            if len(view) != len(self.y):
                raise InputError(f"view {name!r} has {len(view)} entries for {len(self.y)} events")

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: NDArray[np.intp]) -> Inputs:
        """The inputs of these rows, in this order."""
        return replace(
            self,
            views={name: _rows(view, rows) for name, view in self.views.items()},
            y=self.y[rows],
            ids=self.ids[rows],
            weights=self.weights[rows],
        )

    def without(self, view: str) -> Inputs:
        """These events with one view taken away, and with it what stands within that view.

        Raises:
            RequestError: there is no such view.
        """
        self._demand(view)
        gone = {view, *WITHIN.get(view, ())}
        return replace(self, views={k: v for k, v in self.views.items() if k not in gone})

    def permuted(self, view: str, seed: int) -> Inputs:
        """These events with one view shuffled between events: the ablation that counts.

        Raises:
            RequestError: there is no such view.
        """
        import numpy as np

        return self.reordered(view, np.random.default_rng(seed).permutation(len(self)))

    def reordered(self, view: str, order: NDArray[np.intp]) -> Inputs:
        """These events with one view, and what stands within it, taken from other events of them.

        Raises:
            RequestError: there is no such view.
        """
        self._demand(view)
        moved = {view, *WITHIN.get(view, ())} & self.views.keys()
        taken = {name: _rows(self.views[name], order) for name in moved}
        return replace(self, views={**self.views, **taken})

    def _demand(self, view: str) -> None:
        if view not in self.views:
            have = ", ".join(sorted(self.views)) or "none"
            raise RequestError(f"no view {view!r} to take away; there is: {have}")


def _rows(view: Any, rows: NDArray[np.intp]) -> Any:
    return [view[i] for i in rows] if isinstance(view, list) else view[rows]
