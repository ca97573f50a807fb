"""The encoder `particles`: jets' constituents as padded arrays with a mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ParticleView(bench.Encoder):
    """The constituents of the two leading jets, relative to their jets; `--set constituents=true`.

    They are read from the Parquet file that the dataset keeps them in, a batch at a time.
    """

    name = "particles"
    produces = frozenset({"particles", "mask"})
    symmetries = frozenset({"phi rotation"})

    most: int = 64
    """Constituents of each jet at most, the hardest."""
    others: int = 0
    """Particles in neither jet at most, the hardest, for models of the whole event; they are kept
    with `--set other_particles=true`."""

    def __post_init__(self) -> None:
        """Refuse room for no particle, or for more than an event has."""
        if not (1 <= self.most <= 700 and 0 <= self.others <= 700):
            raise ValueError("wanted 1 to 700 constituents of a jet, and 0 to 700 others")

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`particles`: (n, 2 most + others, 11) float32, `bench.PARTICLE`; `mask` where they are.

        The first jet's constituents begin at 0, the second one's at `most`, the others behind.

        Raises:
            InputError: the particles of these events are not kept.
        """
        import numpy as np

        from bench_lhco.view.kept import batches, kept_file
        from bench_lhco.view.relative import features, owners

        room = [self.most, self.most, *([self.others] if self.others else [])]
        shape = (len(table), sum(room))
        particles = np.zeros((*shape, len(bench.PARTICLE)), dtype=np.float32)
        mask = np.zeros(shape, dtype=bool)
        for batch in batches(kept_file(table), table.ids, others=self.others > 0):
            begin = 0
            for group, values, most in zip(batch.groups, features(batch.groups), room, strict=True):
                event = owners(group)
                rank = np.arange(len(event)) - group.offsets[event]
                hard = rank < most
                rows, places = batch.rows[event[hard]], begin + rank[hard]
                particles[rows, places] = values[hard]
                mask[rows, places] = True
                begin += most
        return {"particles": particles, "mask": mask}
