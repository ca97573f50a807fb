"""Scores a few events as they are and tampered with: alone, and with an input shuffled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api.guard import ProbeEvidence
from bench.data.real_scores import scores_of_events
from bench.data.score import unlabelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted, Model

EVENTS = 32
ALONE = 16
"""Events that are scored by themselves."""


def balanced_rows(y: NDArray[np.int8], events: int) -> NDArray[np.intp]:
    """Rows of so many events at most, as far as they are there half of each class, in order."""
    import numpy as np

    rows = [np.flatnonzero(y == label) for label in (0, 1)]
    half = events // 2
    sizes = [
        min(len(r), max(half, events - len(other)))
        for r, other in zip(rows, rows[::-1], strict=True)
    ]
    return np.sort(np.concatenate([r[:size] for r, size in zip(rows, sizes, strict=True)]))


def probe(model: Model, fitted: Fitted, inputs: Inputs, *, columns: bool) -> ProbeEvidence:
    """Score the events in every way that tells whether the model is connected to its inputs."""
    import numpy as np

    order = _derangement(len(inputs))
    shuffled = {
        view: _scores(fitted, inputs.reordered(view, order))
        for view, entries in inputs.views.items()
        if not _is_full_mask(entries)
    }
    by_column = {}
    for view, entries in inputs.views.items() if columns else ():
        if not isinstance(entries, np.ndarray) or entries.ndim < 2 or entries.dtype.kind == "b":
            continue  # the columns of a mask are places
        for column in range(entries.shape[-1]):
            if (entries[..., column] != entries[order][..., column]).any():
                other = entries.copy()
                other[..., column] = entries[order][..., column]
                views = {**inputs.views, view: other}
                by_column[f"{view}[{column}]"] = _scores(fitted, replace(inputs, views=views))
    alone = [_scores(fitted, inputs.take(np.array([i]))) for i in range(min(ALONE, len(inputs)))]
    return ProbeEvidence(
        model=model,
        inputs=inputs,
        scores=_scores(fitted, inputs),
        alone=np.concatenate(alone) if alone else np.empty(0),
        shuffled=shuffled,
        columns=by_column,
        score=lambda others: _scores(fitted, others),
    )


def differing_scores(
    scores: NDArray[np.float64], others: NDArray[np.float64], near: float
) -> tuple[int, str]:
    """How many scores differ from others of the same events, and by how much, in words.

    Args:
        scores: (n,), NaN for no answer.
        others: (n,); an answer and none differ.
        near: by how much they may differ.
    """
    import numpy as np

    apart = np.abs(scores - others)
    differ = (apart > near) | (np.isnan(scores) != np.isnan(others))
    extent = f", by up to {np.nanmax(apart):.3f}" if np.isfinite(apart).any() else ""
    return int(differ.sum()), extent


def _scores(fitted: Fitted, inputs: Inputs) -> NDArray[np.float64]:
    return scores_of_events(fitted.score(unlabelled(inputs)), len(inputs))


def _is_full_mask(view: Any) -> bool:
    """Whether it is a mask that hides nothing: where all events are full it says nothing."""
    import numpy as np

    return isinstance(view, np.ndarray) and view.dtype.kind == "b" and bool(view.all())


def _derangement(n: int) -> NDArray[np.intp]:
    """An order in which no event keeps its place, and most get one of the other class."""
    import numpy as np

    return np.roll(np.arange(n), max(1, n // 3))
