"""Scoring inputs by a fitted model, slice by slice, and what a score has to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api.errors import BenchError
from bench.data.real_scores import scores_of_events

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted
    from bench.data.score_pieces import ScorePieces

SLICES, LEAST, MOST = 32, 256, 2048
"""A sample is scored in so many slices, as far as none has fewer or more events than these."""


def unlabelled(inputs: Inputs) -> Inputs:
    """The inputs without what only a judge may know: labels, and weights, which can follow them."""
    import numpy as np

    return replace(inputs, y=np.zeros_like(inputs.y), weights=np.ones_like(inputs.weights))


def score(
    fitted: Fitted,
    inputs: Inputs,
    label: str,
    context: Context,
    pieces: ScorePieces | None = None,
) -> NDArray[np.float64]:
    """P(signal) of each event: (n,), in [0, 1]; NaN where there is no answer.

    A model that scores never sees the labels. What an earlier go left in `pieces` is not scored
    again; slices are the same in every go, so that it comes to the very same scores.

    Raises:
        BenchError: scores of another kind or shape, or outside [0, 1].
    """
    import numpy as np

    scores, done, ids = np.empty(len(inputs)), 0, inputs.ids
    size = min(max(len(inputs) // SLICES, LEAST), MOST)
    if pieces:
        earlier = pieces.read(ids)
        done = len(earlier)
        scores[:done] = earlier
    try:
        with context.progress(label, total=len(inputs), done=done) as bar:
            for start in range(done, len(inputs), size):
                rows = np.arange(start, min(start + size, len(inputs)))
                batch = fitted.score(unlabelled(inputs.take(rows)))
                scores[rows] = scores_of_events(batch, len(rows))
                done += len(rows)
                bar.advance(len(rows))
                if pieces:
                    pieces.write(scores[:done], ids)
    finally:
        if pieces and done:
            pieces.write(scores[:done], ids, at_once=True)
    outside = ~np.isnan(scores) & ~((scores >= 0) & (scores <= 1))
    if outside.any():
        first = int(np.argmax(outside))
        raise BenchError(
            f"{int(outside.sum())} of {len(scores)} scores are outside [0, 1], "
            f"the first {scores[first]:g}"
        )
    return scores
