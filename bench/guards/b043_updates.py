"""B043: updates that are far too small or far too large."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError
from bench.guards.evidence import TrainingEvidence
from bench.guards.recorder import shown

LOW, HIGH = 1e-7, 0.3
"""Median update of all that is trained, against its norm."""


class Updates(Guard[TrainingEvidence]):
    """A step moves the weights by a sensible share of their norm: about 1e-3, as a rule.

    Smaller than the last digit of a float, and nothing is learned; a third of the norm, and
    everything is forgotten.
    """

    code, name, severity = "B043", "updates", WARN
    remedy = "raise or lower the learning rate; look at the scale of what was attached"

    def check(self, evidence: TrainingEvidence) -> Iterator[str]:
        """The median update."""
        import numpy as np

        found = shown(evidence.record).updates
        if not found:
            raise NotApplicableError("no step was taken")
        late = found[len(found) // 2 :]  # the first ones are those of the warm-up
        if not LOW <= (median := float(np.median(late))) <= HIGH:
            wanted = f"wanted {LOW:g} to {HIGH}"
            yield f"a step moves the weights by {median:.1e} of their norm; {wanted}"
