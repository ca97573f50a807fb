"""B023: parameters that move and are not meant to."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Rehearsal
from bench.guards.guard import Guard
from bench.guards.recorder import shown
from bench.guards.wording import named


class Strayed(Guard[Rehearsal]):
    """Nothing else moves than what is meant to be trained.

    What moves unsaid is not saved, or is compared as if it were frozen.
    """

    code, name = "B023", "strayed"
    remedy = "freeze it, or name it among what is trained and save it"

    def check(self, evidence: Rehearsal) -> Iterator[str]:
        """What moved."""
        if strayed := sorted(shown(evidence.record).strayed):
            yield f"moved without being meant to: {named(strayed)}"
