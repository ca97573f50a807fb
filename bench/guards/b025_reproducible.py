"""B025: a fit that comes out otherwise when it is done again."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.probing import differing_scores

NEAR = 1e-3


class Reproducible(Guard[SmokeFitEvidence]):
    """Two fits on the same events with the same seed score the same.

    A model that draws from anything but its seed shows the luck of a run as a difference between
    settings.
    """

    code, name, severity = "B025", "reproducible", WARN
    remedy = "draw all random numbers from `context.seed`"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """How far apart the two are."""
        count, extent = differing_scores(evidence.probed.scores, evidence.again, NEAR)
        if count:
            of = len(evidence.again)
            yield f"fitted again with the same seed, {count} of {of} scores differ{extent}"
