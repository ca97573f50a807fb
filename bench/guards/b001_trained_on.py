"""B001: events to evaluate on that the fit was trained on or chosen by."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, InputEvidence


class TrainedOn(Guard[InputEvidence]):
    """An event of the evaluated sample was used by the fit.

    The ledger holds the content hash of every event that the fit, and every fit that it goes on
    from, was trained on or chosen by, whatever the sample, ratio or edition it came through. The
    study diary evaluated on overlapping splits for weeks.
    """

    code, name = "B001", "trained-on"
    remedy = "evaluate on the test split, or on another dataset"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """How many events are shared."""
        import numpy as np

        ids = evidence.tables["evaluated"].ids
        for use, used in evidence.used.items():
            if shared := int(np.isin(ids, used).sum()):
                yield f"{shared} of the {len(ids)} events to evaluate on were {use}"
