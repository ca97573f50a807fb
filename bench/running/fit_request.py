"""All that a fit is made of, and the key that it is known by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError, RequestError
from bench.api.guard import ProbeEvidence
from bench.data.used_events import UsedEvents
from bench.guards.every import GUARDS, of_evidence
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import Recorder
from bench.plugins.options import fit_options, options_in
from bench.running.ranks import ALONE, Ranks
from bench.storage.cache import verify
from bench.storage.code_digest import FITTING, TOGETHER, code_digest, core_digest, imports_of
from bench.storage.distributions import stands_on, versions
from bench.storage.fingerprint import digest, table_digest
from bench.storage.secrets import masked_values

if TYPE_CHECKING:
    from bench.api.guard import Guard
    from bench.api.parts import Encoder, Model, Part
    from bench.api.table import Table
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.store import Store

MODEL, ENCODERS = "model", "encoders"
"""Folders of a fit."""
COLUMNS = "columns.json"
"""The features that it was fitted on, in their order."""
RANGES = "ranges.json"
"""The least and the largest value of each feature in the train split."""


@dataclass(frozen=True)
class Start:
    """The earlier fit that a fit goes on from."""

    key: str
    folder: Path

    @property
    def model(self) -> Path:
        """What was saved of the fitted model."""
        return self.folder / MODEL

    @property
    def used_events(self) -> UsedEvents:
        """The events that it was trained on and chosen by."""
        return UsedEvents.read(self.folder)


@dataclass(frozen=True)
class FitRequest:
    """All that a fit is made of."""

    model: Model
    encoders: Sequence[Encoder]
    distributions: Sequence[str]
    """Of the model and of each encoder."""
    train: Table
    valid: Table
    seed: int
    device: str
    used_events: UsedEvents
    start: Start | None = None
    guards: Sequence[type[Guard[Any]]] = GUARDS
    """Those that look at it; no part of its key, as they change nothing."""
    said: str = ""
    """The digest of what a user typed of it; no part of its key."""
    ranks: Ranks = ALONE
    """The processes that make it; how many they are is a part of its key."""

    @cached_property
    def digests(self) -> tuple[str, str]:
        """The content hashes of the train and the valid events, which take a while."""
        return table_digest(self.train), table_digest(self.valid)

    @cached_property
    def key(self) -> str:
        """The content hash of the request."""
        count = self.ranks.launched.count
        return digest(
            [
                self.parts_key(),
                core_digest(FITTING),
                *self.digests,
                self.seed,
                self.device,
                self.start.key if self.start else None,
                *([count, core_digest(TOGETHER)] if count > 1 else []),
            ]
        )

    @cached_property
    def smoke_fit_key(self) -> str:
        """What a smoke fit depends on: parts, their code, guards', and the form of the events."""
        looking = [
            guard
            for kind in (SmokeFitEvidence, ProbeEvidence)
            for guard in of_evidence(self.guards, kind)
        ]
        return digest(
            [
                self.parts_key(),
                core_digest(FITTING),
                self.train.columns,
                self.device,
                self.start.key if self.start else None,
                sorted({code_digest(one) for one in (Recorder, *looking)}),
            ]
        )

    def parts_key(self) -> list[object]:
        """What identifies the model and the encoders: options that a fit depends on, and code."""
        return [
            (part.name, fit_options(part), part.content(), code_digest(type(part), distribution))
            for part, distribution in self.parts
        ]

    def versions(self) -> dict[str, str]:
        """Of the distributions that the fit was made with, once it is made."""
        imports = {
            name
            for part, distribution in self.parts
            for name in imports_of(type(part), distribution)
        }
        return versions(stands_on(self.distributions, imports))

    @property
    def parts(self) -> list[tuple[Part, str]]:
        """The model and the encoders, each with its distribution."""
        return list(zip((self.model, *self.encoders), self.distributions, strict=True))


def find_start(parts: RunParts, home: Home, store: Store) -> Start | None:
    """The fit that the run goes on from.

    Raises:
        RequestError: no such run, one of other labels, model or encoder, or its fit is gone.
    """
    import msgspec

    if parts.request.start is None:
        return None
    (run,) = store.pick([parts.request.start])
    record = run.record
    if record.status != "ok" or record.model is None or record.fit is None:
        raise RequestError(f"--from {run.name}: that run is {record.status} and left no fit")
    if record.labels != parts.request.labels:
        raise RequestError(
            f"--from {run.name}: it was fitted by labels {record.labels}, which is another setting "
            f"than labels {parts.request.labels}"
        )
    then = [record.model.name, *([part.name, part.options] for part in record.encoders)]
    used = [parts.model.name, *([part.name, options_in(part)] for part in parts.encoders)]
    now = masked_values(msgspec.json.decode(msgspec.json.encode(used)))  # as a record has them
    if then != now:
        raise RequestError(f"--from {run.name}: its model and encoders are {then}, wanted {now}")
    try:
        verify(home.fits / record.fit)
    except DamagedError as error:
        raise RequestError(f"--from {run.name}: its fit is gone, run it again ({error})") from error
    return Start(record.fit, home.fits / record.fit)
