"""B011: an encoding that gives back the label of each event that it was learned on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api.guard import Guard, InputEvidence, NotApplicableError
from bench.data.encode import views_of
from bench.guards.encodings import changes_of
from bench.guards.probing import balanced_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.parts import Encoder
    from bench.api.table import Table

EVENTS = 4000
LEAST = 10
"""Events whose label turns each way that it takes to say so."""
COLUMN, EVENT, FOLLOWS = 0.55, 0.65, 0.85
"""AUC from which on the change of a column, of the whole view, or the direction of a column's
change gives away whose own label is another; means over ten events and more stay below."""
DEVIATIONS = 5.0
"""By how many standard deviations chance has to be excluded."""


class RememberedLabels(Guard[InputEvidence]):
    """An encoder remembers the labels of the events that it learned from.

    Labels may shape an encoding as far as they say something of all events, as the mean label in
    a range of masses does. Where an event gets its own label back, whether it was remembered by
    the event's id, its values or its row, what the model is fitted on tells it the answer, and no
    event to be scored does. So the encoder learns twice from the same events with labels drawn at
    random: no more than chance may tell those whose own label is another from the rest.
    """

    code, name = "B011", "remembered-labels"
    remedy = (
        "learn nothing of single events' labels in `learn`, or take means over many events, "
        "each without the event itself"
    )

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which view of which encoder, and how well it gives the label away."""
        import numpy as np

        train = evidence.tables["train"]
        events = train.take(balanced_rows(train.y, EVENTS))
        rng = np.random.default_rng(0)
        labels = [rng.permutation(events.y) for _ in range(2)]
        flips = labels[0].astype(np.int8) - labels[1].astype(np.int8)
        if min((flips == 1).sum(), (flips == -1).sum(), (flips == 0).sum()) < LEAST:
            raise NotApplicableError(f"{len(events)} train events, too few of one class")
        for encoder in evidence.encoders:
            one, other = (_encoded(encoder, events, y) for y in labels)
            for view in sorted(one.keys() & other.keys()):
                auc = _own_influence(changes_of(one[view], other[view]), flips)
                if auc:
                    yield (
                        f"{encoder.name} remembers labels: {view} of the events that it learned "
                        f"from follow each event's own label (AUC {auc:.3f}, {len(events)} events)"
                    )


def _encoded(encoder: Encoder, events: Table, y: NDArray[np.int8]) -> Mapping[str, Any]:
    """The views of the events by an encoder that learned from them with these labels."""
    return views_of(encoder, events, encoder.learn(replace(events, y=y)))


def _own_influence(changes: NDArray[np.float64], flips: NDArray[np.int8]) -> float:
    """The AUC by which a column gives away whose label is another; 0 where it is chance.

    Args:
        changes: (n, d), of each column.
        flips: (n,), of the label; 0 where it is the same.
    """
    import numpy as np

    sizes, own = np.abs(changes), flips != 0
    scale = np.median(sizes, axis=0)
    relative = np.minimum(sizes / np.where(scale > 0, scale, 1), 1e6)
    event = np.column_stack([relative.sum(axis=1), (sizes > 0).sum(axis=1)])
    direction = np.abs(_auc(changes[flips == 1], changes[flips == -1]) - 0.5) + 0.5
    return max(
        _beyond_chance(_auc(sizes[own], sizes[~own]), own, COLUMN),
        _beyond_chance(_auc(event[own], event[~own]), own, EVENT),
        _beyond_chance(direction, flips[own] == 1, FOLLOWS),
    )


def _beyond_chance(auc: NDArray[np.float64], rows: NDArray[np.bool_], least: float) -> float:
    """The best AUC between these rows and the others; 0 where it is chance or less than that."""
    n, m = int(rows.sum()), int((~rows).sum())
    deviation = ((n + m + 1) / (12 * n * m)) ** 0.5  # of an AUC that says nothing
    best = float(auc.max(initial=0.5))
    return best if best > max(least, 0.5 + DEVIATIONS * deviation) else 0.0


def _auc(these: NDArray[np.float64], those: NDArray[np.float64]) -> NDArray[np.float64]:
    """By column, how often one of these is greater than one of those: (d,)."""
    import numpy as np
    from scipy.stats import rankdata

    n, m = len(these), len(those)
    ranks = rankdata(np.concatenate([these, those]), axis=0)[:n]
    return np.asarray((ranks.mean(axis=0) - (n + 1) / 2) / m, dtype=np.float64)
