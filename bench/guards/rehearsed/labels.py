"""B027: a training that hardly depends on the labels."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Rehearsal
from bench.guards.guard import Guard

ALIKE = 0.998
"""Cosine of the first gradients on the labels and on their opposites above which they agree.

That one of the two answers comes at all has to be learned too, whichever it is: the cosine is 0.67
to 0.92 with the shipped base, 0.96 to 0.99 with random weights; where the loss covers a prompt it
is 0.9999."""


class Labels(Guard[Rehearsal]):
    """A fit on the opposite labels has to come out otherwise.

    Where the loss covers a prompt of 170 tokens and one answer, nearly all of the first gradient
    is about the prompt, and is the same whatever the label: the study diary trained its model to
    recite numbers.
    """

    code, name = "B027", "labels"
    mend = "take the loss of the answer alone; look at how labels get to it"

    def look(self, evidence: Rehearsal) -> Iterator[str]:
        """How alike the two fits are."""
        import numpy as np

        if not evidence.probed.model.connected:
            return
        if np.array_equal(evidence.probed.scores, evidence.flipped, equal_nan=True):
            yield "a fit on the opposite labels gives the very same scores"
            return
        one, other = evidence.record, evidence.record_flipped
        if one is None or other is None:
            return
        a, b = (np.concatenate([*r.gradient, np.zeros(0)]) for r in (one, other))
        norm = float(np.linalg.norm(a) * np.linalg.norm(b)) if a.shape == b.shape else 0.0
        if norm and (cosine := float(a @ b) / norm) > ALIKE:
            yield (
                "the first gradient is nearly the same on the opposite labels "
                f"(cosine {cosine:.4f}): the loss is about something else"
            )
