"""The explanations of many events, as a fitted model generates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.data.score import unlabelled
from bench.explaining.explanation import Explains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api.context import Context
    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted
    from bench.api.table import Column
    from bench.explaining.explanation import Explanation

AT_ONCE = 64
"""Events that are explained between two steps of the progress."""


def demand_explains(fitted: Fitted, model: str) -> Explains:
    """The fitted model as one that explains.

    Raises:
        RequestError: it gives no explanations, whatever it was fitted on.
    """
    if not isinstance(fitted, Explains):
        raise RequestError(
            f"{model} gives no explanations; a language model that was fitted with a share of "
            "events that explain, such as --set explain=0.3, does"
        )
    return fitted


def explanations(
    fitted: Explains,
    inputs: Inputs,
    columns: Sequence[Column],
    context: Context,
    seed: int | None,
    *,
    freely: bool = False,
) -> list[Explanation]:
    """The explanation of each event, in order; their labels are kept from the model.

    Raises:
        RequestError: it was not fitted to explain.
    """
    import numpy as np

    hidden = unlabelled(inputs)
    made: list[Explanation] = []
    with context.progress("explaining", len(hidden)) as bar:
        for start in range(0, len(hidden), AT_ONCE):
            rows = np.arange(start, min(start + AT_ONCE, len(hidden)))
            made += fitted.explain(hidden.take(rows), columns, seed, freely=freely)
            bar.advance(len(rows))
    return made
