"""What is known of an imported model's fit: samples, events, scores of the valid split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.context import Source
from bench.api.scores import Scored
from bench.data.weak import asked_for
from bench.guards.b001_trained_on import TrainedOn
from bench.guards.b002_copies import Copies
from bench.guards.b066_decisions import rank_nothing
from bench.guards.evidence import ImportedSample, MissingEvents
from bench.guards.inspect import inspect
from bench.storage.fingerprint import array_digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.parts import Dataset
    from bench.api.table import Table
    from bench.data.run_samples import RunSamples
    from bench.data.used_events import UsedEvents
    from bench.outside.predictions import Matched
    from bench.storage.record import RunRecord, Verdict

EVENT_GUARDS = (TrainedOn, Copies)
"""Guards that need the events alone, and neither the model nor what it reads."""


@dataclass(frozen=True)
class EventEvidence:
    """The events that an imported model was fitted on and is evaluated on."""

    tables: Mapping[str, Table]
    """By role: `train`, `valid`, `evaluated`."""
    used: Mapping[str, NDArray[np.uint64]]
    """Ids of all events that the fit used, by what for."""
    model: None = None
    """Not here."""


@dataclass(frozen=True, eq=False)
class KnownFit:
    """The samples that a model outside was fitted on, chosen by and is scored on."""

    samples: RunSamples
    dataset: Dataset
    """What is evaluated on, with its options."""
    valid: NDArray[np.float64] | None = None  # (n,), P(signal) of the valid split, if known
    trained_on: NDArray[np.uint64] | None = None  # (n,), event ids; None for the train sample
    by_author: bool = False
    """Whether its author told of the fit, and the samples need not be drawn by the bench."""

    @property
    def fitted(self) -> bool:
        """Whether it is known which events the model was fitted on."""
        return "train" in self.samples.tables

    @property
    def table(self) -> Table:
        """The whole dataset that is evaluated on."""
        return self.samples.whole["evaluated"]

    @property
    def source(self) -> Source:
        """Where its events are from, as far as a record has it."""
        record = self.samples.records["evaluated"]
        return Source(record.edition, Path(), record.source)

    @property
    def used_events(self) -> UsedEvents:
        """The events that the fit used."""
        used = self.samples.used_events
        return used if self.trained_on is None else replace(used, trained=self.trained_on)

    @property
    def content(self) -> list[str]:
        """What identifies it beside the records of its samples."""
        arrays = [self.used_events.trained, *([] if self.valid is None else [self.valid])]
        return [array_digest(array) for array in arrays]

    def imported_sample(self, ids: NDArray[np.uint64]) -> ImportedSample:
        """What the scored events are of the sample that is evaluated on, (n,)."""
        import numpy as np

        drawn, record = self.samples.tables["evaluated"], self.samples.records["evaluated"]
        lost = ~np.isin(drawn.ids, ids)
        signal = int((lost & (drawn.y == 1)).sum())
        if not lost.any():
            return ImportedSample()
        label = f"{record.part} {record.size}"
        background = int(lost.sum()) - signal
        return ImportedSample(MissingEvents(label, len(drawn), signal, background, strange=0))

    def completed(self, matched: Matched) -> Matched:
        """Scores with what is known: the sample as it was drawn, its weights, the fit's samples."""
        import numpy as np

        drawn, records = self.samples.tables["evaluated"], self.samples.records
        order = np.argsort(drawn.ids)
        place = order[np.searchsorted(drawn.ids[order], matched.ids).clip(max=len(order) - 1)]
        whole = np.array_equal(np.sort(drawn.ids), np.sort(matched.ids))
        weights = np.where(drawn.ids[place] == matched.ids, drawn.weights[place], 1.0)
        assert matched.record.outside is not None
        lacks = [] if self.valid is not None else ["scores of a valid split"]
        train = None if self.trained_on is not None else records.get("train")
        lacks = lacks if train else ["the train sample", *lacks]
        record = replace(
            matched.record,
            request=matched.record.request | asked_for(records),
            train=train,
            valid=records.get("valid"),
            sample=records["evaluated"] if whole else matched.record.sample,
            outside=replace(matched.record.outside, lacks=lacks),
        )
        return replace(matched, record=record, scored=replace(matched.scored, weights=weights))

    def valid_scored(self, record: RunRecord) -> Scored | None:
        """The scores of the valid split; None where they are not known."""
        if self.valid is None:
            return None
        table = self.samples.tables["valid"]
        return Scored(
            y=table.y,
            score=self.valid,
            weights=table.weights,
            threshold=record.threshold,
            mass=self.samples.mass["valid"],
            bare=rank_nothing(self.valid),
        )

    def verdicts(self) -> list[Verdict]:
        """What the guards say that need the events alone; nothing where they are not known."""
        if not self.fitted:
            return []
        evidence = EventEvidence(self.samples.tables, self.used_events.by_use)
        return inspect(EVENT_GUARDS, evidence)

    def write(self, folder: Path) -> None:
        """Keep the events that the fit used with the run, if they are known."""
        if self.fitted:
            self.used_events.write(folder)
