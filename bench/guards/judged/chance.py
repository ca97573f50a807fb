"""B062: scores that are no better than chance."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Judged
from bench.guards.guard import WARN, Guard
from bench.guards.judged.inverted import WRONG, auc_of


class Chance(Guard[Judged]):
    """The fit is better than chance on the split that it was chosen by.

    Labels that are off by one event, or a network that is not trained, give one half.
    """

    code, name, severity = "B062", "chance", WARN
    mend = "train longer or on more events; look at whether labels belong to their events"

    def look(self, evidence: Judged) -> Iterator[str]:
        """The AUC, where it is not above one half beyond doubt."""
        low, value, high = auc_of(evidence)
        if low <= 0.5 and high >= WRONG:
            yield f"AUC {value:.3f} [{low:.3f}, {high:.3f}] on the valid split: chance"
