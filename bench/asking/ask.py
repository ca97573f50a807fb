"""The way of a question: a text, its readings, the run's columns, the score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.errors import InputError
from bench.api.parts import Dataset
from bench.asking.conclude import Understood, conclude
from bench.asking.rows import events_of, row_of, unread
from bench.asking.said import ReadBy, printable, said_in
from bench.formatters.numbers import scan
from bench.formatters.reading import completed
from bench.formatters.rules import Rules
from bench.plugins.options import build
from bench.running.stored_fit import StoredFit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api.asking import Formatter, Passage
    from bench.api.context import Context
    from bench.api.table import Column
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.store import Run

SEVERAL = 3
"""Quantities said twice, and differently, from which on a text is taken to be of several events."""


def understand(
    text: str,
    columns: Sequence[Column],
    dataset: Dataset,
    formatters: Sequence[Formatter],
    context: Context,
) -> Understood:
    """What a text says of an event, as a dataset's columns.

    Raises:
        InputError: it is of several events.
    """
    vocabulary = dataset.vocabulary(columns)
    passage, left = scan(text, vocabulary)
    said = said_in(passage, read_in_turn(passage, formatters, context))
    twice = [line for line in said.contradictions if " is said twice" in line]
    if said.events > 1 or len(twice) >= SEVERAL:
        count = str(said.events) if said.events > 1 else "several"
        raise InputError(f"{count} events in one text: wanted one, to be scored by itself")
    understood = conclude(said, vocabulary, columns, dataset)
    for number in left:
        shown = printable(text[number.span[0] : number.span[1]])
        understood.notices.append(f"{shown[:20]}{'...' * (len(shown) > 20)}: {number.why}")
    return understood


def read_in_turn(
    passage: Passage, formatters: Sequence[Formatter], context: Context
) -> list[ReadBy]:
    """What formatters read, each of the numbers and the quantities that those before it left."""
    readings: list[ReadBy] = []
    for formatter in formatters:
        spans = {reading.span for reading in readings}
        names = {reading.quantity for reading in readings}
        more = formatter.read(replace(passage, known=tuple(readings)), context)
        if not isinstance(formatter, Rules):
            more = completed(passage, more)
        readings += [
            ReadBy(**vars(one), by=formatter.name)
            for one in more
            if one.span not in spans and one.quantity not in names
        ]
    return readings


@dataclass(frozen=True, eq=False)
class Asked:
    """A run that takes events in anyone's words."""

    fit: StoredFit
    dataset: Dataset

    @classmethod
    def of(cls, run: Run, registry: Registry, home: Home, context: Context) -> Asked:
        """The run with its fit and its dataset.

        Raises:
            RequestError: its fit is not here, or a plugin is not.
        """
        fit = StoredFit.of(run, registry, home, context, "asking")
        record = run.record
        options = record.sample.options if record.sample else {}
        return cls(fit, build(registry.find(Dataset, record.dataset).part, options))

    def understand(
        self, text: str, formatters: Sequence[Formatter], context: Context
    ) -> Understood:
        """What a text says, in the run's columns, and which values the run has never seen.

        What the model's encoders do not give it is not missed.

        Raises:
            InputError: it is of several events.
        """
        out = understand(text, self.fit.columns, self.dataset, formatters, context)
        values = out.values
        idle = unread(self.fit, values, [column.name for column in out.missing])
        out.missing = [column for column in out.missing if column.name not in idle]
        if idle:
            out.notices.append(f"not said, and not given to the model: {', '.join(idle)}")
        for name, (least, most) in self.fit.ranges.items():
            if name in values and not least <= values[name] <= most:
                out.notices.append(
                    f"{name} = {values[name]:.6g} is outside the train split's range, "
                    f"{least:.6g} to {most:.6g}"
                )
        if not self.fit.ranges:
            out.notices.append("the fit is of an older bench: the train split's ranges are unknown")
        return out

    def score(self, understood: Understood) -> float:
        """P(signal) of an event that is known in full; NaN for no answer.

        Raises:
            InputError: something is missing, or contradicts something else.
        """
        import numpy as np

        if understood.contradictions:
            count = len(understood.contradictions)
            raise InputError(f"no score: {count} contradiction{'s' * (count > 1)}, as said above")
        if understood.missing:
            names = ", ".join(column.name for column in understood.missing)
            raise InputError(f"no score: the model cannot do without {names}")
        row = np.array([row_of(self.fit, understood.values)], np.float32)
        return float(self.fit.score(events_of(self.fit.columns, row))[0])
