"""B001: events to evaluate on that the fit was trained on or chosen by."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Before
from bench.guards.guard import Guard


class TrainedOn(Guard[Before]):
    """An event of the evaluated sample was used by the fit.

    The ledger holds the content hash of every event that the fit, and every fit that it goes on
    from, was trained on or chosen by, whatever the sample, ratio or edition it came through. The
    study diary evaluated on overlapping splits for weeks.
    """

    code, name = "B001", "trained-on"
    remedy = "evaluate on the test split, or on another dataset"

    def check(self, evidence: Before) -> Iterator[str]:
        """How many events are shared."""
        import numpy as np

        ids, used_events = evidence.tables["evaluated"].ids, evidence.used_events
        for used, how in (
            (used_events.trained, "trained on"),
            (used_events.chosen, "used to stop and choose"),
        ):
            if shared := int(np.isin(ids, used).sum()):
                yield f"{shared} of the {len(ids)} events to evaluate on were {how}"
