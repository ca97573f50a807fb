"""B003: a sample to fit on that holds one class only."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, InputEvidence


class OneClass(Guard[InputEvidence]):
    """The train or the valid sample has no signal, or no background: there is nothing to learn."""

    code, name = "B003", "one-class"
    remedy = "fit on a dataset with both classes, or on more events"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which class is missing where."""
        if not evidence.model.depends_on:
            return  # a yardstick learns nothing
        for role in ("train", "valid"):
            y = evidence.tables[role].y
            for label, called in ((1, "signal"), (0, "background")):
                if len(y) and not (y == label).any():
                    yield f"the {role} sample has {len(y)} events and no {called} among them"
