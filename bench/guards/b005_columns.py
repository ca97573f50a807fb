"""B005: features that are constant where the model is fitted and vary where it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, InputEvidence


class Columns(Guard[InputEvidence]):
    """A feature says nothing in one sample and something in the other.

    A column that was never filled, or that was filled for one file and not for the other, is a
    constant. One that is constant everywhere, such as the flag of a second jet that all events
    have, says nothing and does no harm.
    """

    code, name, severity = "B005", "columns", WARN
    remedy = "look at that column in both files, which bench data check describes"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which feature is constant where."""
        train, evaluated = evidence.tables["train"], evidence.tables["evaluated"]
        roles = (("train", train, evaluated), ("evaluated", evaluated, train))
        for role, table, other in roles:
            for i, column in enumerate(table.columns):
                here, elsewhere = table.x[:, i], other.x[:, i]
                if len(here) < 2 or (here != here[0]).any():
                    continue
                varies = (elsewhere != elsewhere[0]).mean() if len(elsewhere) else 0.0
                if varies > 0.05:
                    yield f"{column.name} is {here[0]:g} in every event of the {role} sample only"
