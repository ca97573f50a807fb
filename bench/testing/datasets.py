"""What a dataset has to do: give documented features of the same events, time after time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bench.api.context import Context, Source
from bench.api.dataset_requests import SimulationRequest
from bench.api.errors import BenchError
from bench.api.guard import Guard, InputEvidence
from bench.api.inputs import Inputs
from bench.api.parts import Dataset
from bench.api.table import Table
from bench.guards.b004_single_feature import SingleFeature
from bench.guards.every import of_evidence
from bench.guards.inspect import inspect
from bench.plugins.registry import load_registry
from bench.storage.distributions import CORE
from bench.storage.fingerprint import table_digest
from bench.testing.check import SKIPPED, Checked, SkippedError, ask, demand, of_guards
from bench.testing.encoders import reader
from bench.testing.surroundings import heavy_when_listed, workplace

EVENTS = 40
"""Of each class, where the dataset can simulate."""


def check_dataset(dataset: Dataset) -> None:
    """Put every question to a dataset, with these options.

    Raises:
        Failed: a line for each check that failed.
    """
    demand(checked_dataset(dataset))


def checked_dataset(dataset: Dataset) -> list[Checked]:
    """What came of every check of a dataset: of its own events, or of a few it simulates."""
    part = f"dataset {dataset.name}"
    with workplace() as (_, context):
        try:
            subject = _Subject.of(dataset, context)
        except BenchError as error:
            return [Checked(part, "it has events here", SKIPPED, str(error))]
        checked = ask(part, CHECKS, subject)
        verdicts = inspect([SingleFeature, *_own_guards()], subject.evidence)
    return [*checked, *of_guards(part, verdicts)]


def _own_guards() -> tuple[type[Guard[Any]], ...]:
    """The guards of events that plugins offer."""
    guards = load_registry().guards.items()
    return of_evidence([guard for guard, source in guards if source != CORE], InputEvidence)


@dataclass(frozen=True)
class _Subject:
    dataset: Dataset
    source: Source
    table: Table
    context: Context

    @classmethod
    def of(cls, dataset: Dataset, context: Context) -> _Subject:
        """Its events.

        Raises:
            BenchError: it has none here and can make none.
        """
        for signal in (EVENTS, 0):  # there are datasets without
            with suppress(BenchError):  # it may have events of its own
                dataset.make(SimulationRequest(signal=signal, background=EVENTS), context)
                break
        source = dataset.open(None, None, context)
        return cls(dataset, source, dataset.table(source, context), context)

    @property
    def evidence(self) -> InputEvidence:
        """What guards of events look at."""
        table = self.table
        return InputEvidence(
            model=reader(frozenset()),
            encoders=(),
            tables={"train": table, "valid": table, "evaluated": table},
            used={},
            few=table,
            learned={},
            inputs=Inputs({}, table.y, table.ids, table.weights),
            context=self.context,
        )


def _edition(subject: _Subject) -> None:
    """Its edition is `official`, `twin` or `imported`, and its digest is that of bytes."""
    kind = subject.source.edition.partition(":")[0]
    assert kind in ("official", "twin", "imported"), subject.source.edition
    assert subject.source.digest, "no digest"


def _again(subject: _Subject) -> None:
    """It gives the same events when it is opened again."""
    source = subject.dataset.open(None, None, subject.context)
    table = subject.dataset.table(source, subject.context)
    assert source.digest == subject.source.digest, "another digest"
    assert (table.ids == subject.table.ids).all(), "other events"
    assert (table.x == subject.table.x).all(), "other features"
    assert table_digest(table) == table_digest(subject.table), "other labels, weights or splits"


def _columns(subject: _Subject) -> None:
    """Every column has a name of its own, a unit and a meaning."""
    names = [column.name for column in subject.table.columns]
    assert len(set(names)) == len(names), "two columns of one name"
    dumb = [c.name for c in subject.table.columns if not (c.unit and c.meaning)]
    assert not dumb, f"no unit or meaning: {', '.join(dumb)}"


def _types(subject: _Subject) -> None:
    """Features are float32, labels int8, ids uint64."""
    table = subject.table
    types = (str(table.x.dtype), str(table.y.dtype), str(table.ids.dtype))
    assert types == ("float32", "int8", "uint64"), ", ".join(types)


def _spread(subject: _Subject) -> None:
    """Its ids are spread over all 64 bits, as a hash is, so that splits have their shares."""
    import numpy as np

    places = subject.table.ids.astype(np.float64) / 2.0**64
    if len(places) < 2 * EVENTS:
        raise SkippedError(f"{len(places)} events")
    assert 0.2 < np.median(places) < 0.8, f"the median id is at {np.median(places):.3f}"


def _mass(subject: _Subject) -> None:
    """The column of its resonance mass is there."""
    name = subject.dataset.mass
    if name is None:
        raise SkippedError("it names none")
    assert subject.table.has(name), f"no column {name}"


def _listing(subject: _Subject) -> None:
    """It imports nothing heavy when plugins are listed."""
    heavy = heavy_when_listed(type(subject.dataset))
    assert not heavy, f"importing it brings in {', '.join(heavy)}; import them where they are used"


CHECKS = (_edition, _again, _columns, _types, _spread, _mass, _listing)
