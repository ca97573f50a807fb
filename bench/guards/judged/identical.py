"""B063: scores that another setting gave, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Judged
from bench.guards.guard import WARN, Guard
from bench.guards.wording import named


class Identical(Guard[Judged]):
    """Two settings give the very same scores: what sets them apart plays no part.

    An option that nobody reads, or a cache that forgets it, looks like a comparison in which both
    are equally good.
    """

    code, name, severity = "B063", "identical", WARN
    mend = "look at whether the option gets to where it should matter"

    def look(self, evidence: Judged) -> Iterator[str]:
        """Whose scores they are."""
        import numpy as np

        if not evidence.model.connected:
            return
        mine = evidence.evaluated.score
        if len(np.unique(mine[~np.isnan(mine)])) < 3:
            return  # a handful of values says nothing
        others = evidence.others.items()  # no verdict is like no verdict
        same = [run for run, scores in others if np.array_equal(scores, mine, equal_nan=True)]
        if same:
            yield f"the very scores of {named(same)}, another setting"
