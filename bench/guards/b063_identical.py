"""B063: scores that another setting gave, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence
from bench.guards.wording import named

WRITTEN = 1e-6
"""How far apart scores may be that were written with fewer digits."""


class Identical(Guard[ScoreEvidence]):
    """Two settings give the very same scores: what sets them apart plays no part.

    An option that nobody reads, a cache that forgets it, or one file that is imported under two
    names, looks like a comparison in which both are equally good.
    """

    code, name, severity = "B063", "identical", WARN
    remedy = "look at whether the option gets to where it should matter"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """Whose scores they are."""
        import numpy as np

        if not evidence.learns:
            raise NotApplicableError("a yardstick that learns nothing")
        mine = evidence.evaluated.score
        if len(np.unique(mine[~np.isnan(mine)])) < (2 if evidence.imported else 3):
            return  # a handful of values says nothing
        # a file of text may have fewer digits than the scores that were written to it
        off = WRITTEN if evidence.imported else 0.0
        same = [
            run
            for run, scores in evidence.others.items()
            if len(scores) == len(mine) and np.allclose(scores, mine, 0.0, off, equal_nan=True)
        ]
        if same:
            told = f"the very scores of {named(same)}"
            yield f"{told}, under another name" if evidence.imported else f"{told}, another setting"
