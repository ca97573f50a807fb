"""Events with their explanations: which ones, their numbers, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.storage.explanations_file import Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Column, Table
    from bench.explaining.explanation import Explanation
    from bench.explaining.subject import Subject

SHOWN, JUDGED = 10, 200
"""Events that are explained, and that explanations are judged by, unless somebody says."""
FEWEST = 21
"""To judge by: of fewer, intervals reach down to chance whatever is explained, and no answer need
have as many events as an explanation is matched among."""
EXAMPLES = 6
"""Of those, as many are kept for reports."""
EVEN = 0.5
"""P(signal) from which on a score answers signal."""
SIDES = ("background", "signal")


@dataclass(frozen=True, eq=False)
class Explained:
    """Some events of a run's evaluated sample, with what its model says of each."""

    table: Table
    scores: NDArray[np.float64]  # (n,), P(signal) as the run has it; NaN for no answer
    explanations: Sequence[Explanation]
    seed: int | None = None
    """Of what was drawn on the way."""
    freely: bool = False
    """Whether the model wrote its numbers freely."""

    def answers(self) -> list[str]:
        """What each score answers, `signal` from 0.5 on; empty for no answer."""
        return ["" if isnan(score) else SIDES[int(score >= EVEN)] for score in self.scores.tolist()]


def explain_events(
    subject: Subject, rows: NDArray[np.intp], seed: int | None, *, freely: bool = False
) -> Explained:
    """Explain these rows of the run's evaluated sample."""
    table = subject.evaluated.take(rows)
    said = subject.explain(table, seed, freely=freely)
    return Explained(table, _scores_of(subject, table), said, seed, freely)


def rows_of(table: Table, events: Sequence[int]) -> NDArray[np.intp]:
    """The rows of events by their ids.

    Raises:
        RequestError: one is not among them.
    """
    import numpy as np

    place = {event: row for row, event in enumerate(table.ids.tolist())}
    if strange := [event for event in events if event not in place]:
        raise RequestError(
            f"--event {strange[0]}: no event of the run's evaluated sample; "
            f"one of it is {table.ids[0]}"
        )
    return np.array([place[event] for event in dict.fromkeys(events)], dtype=np.intp)


def drawn_rows(table: Table, count: int) -> NDArray[np.intp]:
    """Rows of so many events, half of each class as far as they are there; always the same ones."""
    import numpy as np

    order = np.argsort(table.ids)  # content hashes, which are in no order of physics
    turns = np.empty(len(order))
    for label in (0, 1):
        mine = table.y[order] == label
        turns[mine] = 2 * np.arange(mine.sum()) + label
    return order[np.argsort(turns, kind="stable")][:count]


def demand_enough(rows: NDArray[np.intp], run: str) -> None:
    """Refuse to judge by fewer events than can tell anything from chance.

    Raises:
        RequestError: there are fewer.
    """
    if len(rows) < FEWEST:
        raise RequestError(
            f"--judge: {len(rows)} events of run {run}, wanted {FEWEST} or more: of fewer, the "
            "intervals reach down to chance whatever the explanations say"
        )


def present(columns: Sequence[Column], row: Sequence[float]) -> list[int]:
    """The columns that say something of an event; flags are not said."""
    at = {column.name: i for i, column in enumerate(columns)}
    needed = [at.get(column.needs) for column in columns]
    return [
        i
        for i, flag in enumerate(needed)
        if i not in needed and (flag is None or row[flag] != 0)
    ]  # fmt: skip


def examples(explained: Explained) -> Iterator[Example]:
    """The first of these events, as reports show them."""
    table = explained.table
    for i in range(min(EXAMPLES, len(table))):
        one, score = explained.explanations[i], float(explained.scores[i])
        yield Example(
            event=int(table.ids[i]),
            label=int(table.y[i]),
            score=None if isnan(score) else score,
            answer=one.answer,
            text=one.text,
            unread=one.unread,
        )


def _scores_of(subject: Subject, table: Table) -> NDArray[np.float64]:
    """P(signal) of events, as the run has it: (n,)."""
    import numpy as np

    known = dict(
        zip(subject.run.events().tolist(), subject.run.scored().score.tolist(), strict=True)
    )
    return np.array([known[event] for event in table.ids.tolist()])
