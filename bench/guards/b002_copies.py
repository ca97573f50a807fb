"""B002: events to evaluate on that are copies of events to fit on, under another id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.api.guard import Guard, InputEvidence, NotApplicableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table

NEAR = 1e-4
"""Distance of two copies, in standard deviations of each feature."""
LEAST = 4
"""Features below which two events may be this near by chance."""


class Copies(Guard[InputEvidence]):
    """An event of the evaluated sample has the features of an event that is fitted on.

    An event that was written again, with its particles in another order or its last digits
    rounded, has another content hash and the same physics. Distances are taken over all features
    that vary, by a k-d tree.
    """

    code, name = "B002", "copies"
    remedy = "remove the copies from one of the two samples"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """How many events are copies, and the first pair."""
        evaluated = evidence.tables["evaluated"]
        for role in ("train", "valid"):
            if role not in evidence.tables:  # an imported model's valid split need not be known
                continue
            pairs = copies(evidence.tables[role], evaluated)
            if len(pairs):
                mine, other = pairs[0]
                yield (
                    f"{len(pairs)} of the {len(evaluated)} events to evaluate on are copies of "
                    f"{role} events, such as {evaluated.ids[mine]:016x} of "
                    f"{evidence.tables[role].ids[other]:016x}"
                )


def copies(fitted: Table, evaluated: Table) -> NDArray[np.intp]:
    """Pairs of rows, of `evaluated` and of `fitted`, with the same features: (k, 2).

    Raises:
        NotApplicableError: too few features for two events to be the same by their features.
    """
    import numpy as np
    from scipy.spatial import KDTree

    spread = fitted.x.std(axis=0, dtype=np.float64)
    varying = spread > 0
    if varying.sum() < LEAST:
        raise NotApplicableError(f"only {int(varying.sum())} features vary, wanted {LEAST}")
    scale = spread[varying]
    known, scaled = (table.x[:, varying] / scale for table in (fitted, evaluated))
    distance, row = KDTree(known, balanced_tree=False).query(scaled, distance_upper_bound=NEAR)
    matched = np.flatnonzero(np.isfinite(distance) & ~np.isin(evaluated.ids, fitted.ids))
    return np.column_stack([matched, row[matched]])
