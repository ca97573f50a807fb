"""B034: a fit that does not move its scores towards its labels."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, NotApplicableError
from bench.guards.evidence import SmokeFitEvidence

MARGIN = 0.1
"""Difference of mean scores that three steps of a sound model do not go the wrong way: a large
network that was only just set moving has been seen to go 0.01."""


class Aligned(Guard[SmokeFitEvidence]):
    """On the events that it was fitted on, a fit separates its labels better than their opposites.

    Labels that are off by one event teach noise, and a strong feature still gives an AUC above one
    half now and then. The events of the smoke fit alternate between the classes, so that an
    offset by one is as good as the opposite labels.
    """

    code, name = "B034", "aligned"
    remedy = "look at whether each label still belongs to its event where the loss is taken"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """How far apart the classes are after a fit on their labels, and on the opposite ones."""
        import numpy as np

        y = evidence.train.y
        if not evidence.probed.model.depends_on or len(np.unique(y)) < 2:
            raise NotApplicableError("nothing to learn")

        def apart(scores: np.ndarray) -> float:
            return float(np.nanmean(scores[y == 1]) - np.nanmean(scores[y == 0]))

        own, opposite = apart(evidence.fitted), apart(evidence.fitted_flipped)
        if opposite - own > MARGIN:
            yield (
                f"fitted on their labels, signal scores {own:+.3f} above background; "
                f"fitted on the opposite ones, {opposite:+.3f}"
            )
