"""B027: a training that hardly depends on the labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.guards.recorder import Record

ALIKE = 0.998
"""Cosine of the gradients on the labels and on their opposites above which they agree.

That one of the two answers comes at all has to be learned too, whichever it is. At the first step
the cosine is 0.67 to 0.92 with the shipped base, 0.9984 with SmolLM2, to which either answer is
new, and 0.90 to 0.9999 with random weights, where hardly anything tells the events apart yet; where
the loss covers a prompt it is 0.9999. With its second batch it is 0.95 with SmolLM2: the least of
the first steps counts, and says something only together with the scores."""
NOISE = 4e-6
"""Differences of log odds that are no more than rounding."""
CERTAIN = 1e-15
"""A probability this close to 0 or 1 is as good as that."""


class Labels(Guard[SmokeFitEvidence]):
    """A fit on the opposite labels has to come out otherwise.

    Where the loss covers a prompt of 170 tokens and one answer, nearly all of a gradient
    is about the prompt, and is the same whatever the label: the study diary trained its model to
    recite numbers. The scores of the two fits then differ by less than the training sets the
    events apart, whichever way it was labelled.
    """

    code, name = "B027", "labels"
    remedy = "take the loss of the answer alone; look at how labels get to it"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """How alike the two fits are."""
        import numpy as np

        if not evidence.probed.model.depends_on:
            return
        if np.array_equal(evidence.probed.scores, evidence.flipped, equal_nan=True):
            yield "a fit on the opposite labels gives the very same scores"
            return
        one, other = evidence.record, evidence.record_flipped
        if one is None or other is None or (cosine := _cosine(one, other)) <= ALIKE:
            return
        if one.untrained is None or not _differ(evidence, one.untrained):
            yield (
                "the first gradients are nearly the same on the opposite labels "
                f"(cosine {cosine:.4f}), and so are the scores: the loss is about something else"
            )


def _cosine(one: Record, other: Record) -> float:
    """Of the first gradients of two trainings, the least; 0 where there are none to compare."""
    pairs = zip(one.gradients, other.gradients, strict=False)
    return min((_alike(*pair) for pair in pairs), default=0.0)


def _alike(one: Sequence[NDArray[np.float64]], other: Sequence[NDArray[np.float64]]) -> float:
    """The cosine of two gradients; 0 where they cannot be compared."""
    import numpy as np

    a, b = (np.concatenate([*gradient, np.zeros(0)]) for gradient in (one, other))
    norm = float(np.linalg.norm(a) * np.linalg.norm(b)) if a.shape == b.shape else 0.0
    return float(a @ b) / norm if norm else 0.0


def _differ(evidence: SmokeFitEvidence, untrained: NDArray[np.float64]) -> bool:
    """Whether the labels move the scores further than the rest of the training sets events apart.

    Both grow with the learning rate, so that their ratio does not depend on it: 0.02 to 0.4 where
    the loss covers a prompt, 2 to 37 for the answer's loss on random weights of four kinds of base.
    Log odds are compared: where one answer is a longer word than the other, random weights are all
    but certain of the shorter one. A second fit with the same seed says how much is noise.
    """
    import numpy as np

    own, opposite = evidence.probed.scores, evidence.flipped
    if (np.isnan(own) != np.isnan(opposite)).any():
        return True
    answered = ~np.isnan(own) & ~np.isnan(untrained)
    if not answered.any():
        return False
    own, opposite, again, before = (
        _log_odds(scores[answered]) for scores in (own, opposite, evidence.again, untrained)
    )
    apart = float(np.sqrt(np.mean((own - opposite) ** 2)))
    spread = (np.std(own - before) + np.std(opposite - before)) / 2
    noise = max(NOISE, 2 * float(np.nanmax(np.abs(own - again), initial=0.0)))
    return bool(apart > max(float(spread), noise))


def _log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of probabilities: (n,)."""
    import numpy as np

    inside = scores.clip(CERTAIN, 1 - CERTAIN)
    odds: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
    return odds
