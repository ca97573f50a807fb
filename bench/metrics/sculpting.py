"""Mass sculpting: how far a cut on the score changes the background's mass spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.metrics.intervals import REPLICAS, percentiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST = 100
"""Background events that have to be kept for a spectrum to be seen."""
CHANCE = 1000
"""Shuffles that show what chance alone gives."""


@dataclass(frozen=True)
class MassSculpting(Metric):
    """The Jensen-Shannon divergence between the masses of background kept and of the rest."""

    name = "mass_sculpting"

    share: float = 0.1
    """Share of the background that the cut keeps, its highest scores."""
    bins: int = 20
    """Bins of the mass, of equally many background events."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """In bits, 0 for the same spectrum and 1 for one apart; chance alone is in the note.

        Weights play no part: background events have one weight. The interval is the bootstrap's,
        moved down by as much as resampling itself raises the figure.

        Source: Louppe, Kagan and Cranmer, NeurIPS 30 (2017), and the ATLAS note PUB-2018-014, for
        the question; Lin, IEEE Trans. Inf. Theory 37 (1991) 145, for the divergence.
        """
        import numpy as np

        if why := self._refusal(scored):
            return {self.name: Estimate(None, note=why)}
        counts = spectra(scored, self.share, self.bins)
        rng = np.random.default_rng(scored.seed)
        value = float(divergence(counts[None])[0])
        selected, rest = (rng.multinomial(n.sum(), n / n.sum(), size=REPLICAS) for n in counts)
        drawn = divergence(np.stack([selected, rest], axis=1))
        drawn = np.maximum(drawn - max(float(drawn.mean()) - value, 0.0), 0.0)
        total = counts.sum(axis=0)
        shuffled = rng.multivariate_hypergeometric(total, int(counts[0].sum()), size=CHANCE)
        chance = divergence(np.stack([shuffled, total - shuffled], axis=1))
        p = (1 + int((chance >= value).sum())) / (1 + CHANCE)
        note = f"chance alone {chance.mean():.3f}, p = {p:.2g}; {counts[0].sum()} events kept"
        return {self.name: percentiles(value, drawn, note=note)}

    def _refusal(self, scored: Scored) -> str:
        if scored.mass is None:
            return "no mass is known of these events"
        if scored.bare:
            return scored.unranked
        events = int(self.share * int((scored.y == 0).sum()))
        return (
            f"a cut would keep {events} background events, wanted {LEAST}" if events < LEAST else ""
        )


def spectra(scored: Scored, share: float, bins: int) -> NDArray[np.int64]:
    """Background events in each bin of the mass, of those kept and of the rest: (2, bins)."""
    import numpy as np

    assert scored.mass is not None
    background = scored.y == 0
    mass, rank = scored.mass[background], scored.rank[background]
    edges = np.quantile(mass, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, mass, side="right")
    inside = tightest_rows(rank, share)
    return np.stack([np.bincount(place[rows], minlength=bins) for rows in (inside, ~inside)])


def tightest_rows(rank: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Whether an event is among the share with the highest scores: (n,); ties by their order."""
    import numpy as np

    rows = np.zeros(len(rank), dtype=np.bool_)
    rows[np.argsort(-rank, kind="stable")[: int(share * len(rank))]] = True
    return rows


def divergence(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The Jensen-Shannon divergence of two spectra each, in bits: (r, 2, bins) -> (r,)."""
    import numpy as np
    from scipy.spatial.distance import jensenshannon

    distance = jensenshannon(counts[:, 0], counts[:, 1], base=2, axis=1)
    return np.asarray(distance**2, dtype=np.float64)
