"""The four-momenta of the jets: the diary's first prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench
from bench_llm.prompts.figures import Precision, SpokenNumbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JETS = 2


@dataclass(frozen=True)
class MomentaPrompt(SpokenNumbers):
    """The four-momentum (px, py, pz, e) of each jet, and the number of particles."""

    name = "prompt-momenta"

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event.

        Raises:
            InputError: the features lack pt, eta, phi or e of a jet, or `n_particles`.
        """
        precision = self.precision
        momenta = four_momenta(table).tolist()
        counts = table.column("n_particles").tolist()
        return {
            "texts": [
                bench.framed(
                    [
                        *(f"jet{i}: {_said(jet, precision)}" for i, jet in enumerate(jets, 1)),
                        f"n_particles={precision.say(count)}",
                    ]
                )
                for jets, count in zip(momenta, counts, strict=True)
            ]
        }


def four_momenta(table: bench.Table) -> NDArray[np.float64]:
    """(n, 2, 4): px, py, pz, e of the two jets, GeV; 0 where there is no such jet."""
    import numpy as np

    momenta = []
    for jet in range(1, JETS + 1):
        pt, eta, phi, e = (
            table.column(f"j{jet}_{name}").astype(np.float64) for name in ("pt", "eta", "phi", "e")
        )
        momenta.append(
            np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), e], axis=-1)
        )
    return np.stack(momenta, axis=1)


def _said(jet: Sequence[float], precision: Precision) -> str:
    if not any(jet):
        return bench.ABSENT
    pairs = zip(("px", "py", "pz", "e"), jet, strict=True)
    return " ".join(f"{name}={precision.say(value)}" for name, value in pairs)
