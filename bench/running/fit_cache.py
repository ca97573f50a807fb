"""Fits on disk: a model is fitted once for the same events, options, code and seed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import NotFiniteError
from bench.data.encode import encode, learn, read_learned, view_modules, write_learned
from bench.data.used_events import UsedEvents
from bench.guards.course import Seen, looked_at
from bench.guards.course import fitted as guard_fit
from bench.guards.inspect import read_verdicts, write_verdicts
from bench.guards.probing import EVENTS, balanced_rows
from bench.guards.recorder import Recorder
from bench.plugins.options import fit_options, with_default_scoring
from bench.storage.cache import stored, verify
from bench.storage.code_digest import FITTING, code_digest, core_digest, imports_of
from bench.storage.distributions import (
    changes_since,
    read_versions,
    stands_on,
    versions,
    write_versions,
)
from bench.storage.fingerprint import digest, table_digest
from bench.storage.history import HISTORY, History

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.inputs import Learned
    from bench.api.parts import Encoder, Fitted, Model, Part
    from bench.api.table import Table
    from bench.storage.record import Verdict

MODEL, ENCODERS = "model", "encoders"


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


def find_start(root: Path, key: str) -> Start:
    """A fit that was made before.

    Raises:
        DamagedError: it is not there any more, or is not what was sealed.
    """
    verify(root / key)
    return Start(key, root / key)


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

    @cached_property
    def key(self) -> str:
        """The content hash of the request."""
        return digest(
            [
                self.parts_key(),
                core_digest(FITTING),
                table_digest(self.train),
                table_digest(self.valid),
                self.seed,
                self.device,
                self.start.key if self.start else None,
            ]
        )

    def parts_key(self) -> list[object]:
        """What identifies the model and the encoders: options that a fit depends on, and code."""
        return [
            (p.name, fit_options(p), p.content(), code_digest(type(p), d)) for p, d in self._parts
        ]

    def versions(self) -> dict[str, str]:
        """Of the distributions that the fit was made with, once it is made."""
        imports = {name for part, d in self._parts for name in imports_of(type(part), d)}
        return versions(stands_on(self.distributions, imports))

    @property
    def _parts(self) -> list[tuple[Part, str]]:
        """The model and the encoders, each with its distribution."""
        return list(zip((self.model, *self.encoders), self.distributions, strict=True))


@dataclass(frozen=True)
class Fit:
    """A fit, as it was read back from what was saved of it."""

    name: str
    """Of its folder."""
    fitted: Fitted
    learned: Learned
    reused: bool
    seconds: float
    """How long the fitting took, when it was done."""
    versions: Mapping[str, str]
    """Of the distributions that it was made with."""
    history: Path
    """Training scalars, a JSON object a line; there may be none."""
    verdicts: Sequence[Verdict]
    """What guards said of it."""


def fit(request: FitRequest, context: Context, root: Path) -> Fit:
    """Fit or reuse; either way what scores is what was saved, loaded again.

    A fit that was interrupted goes on from its checkpoints.
    """
    key = request.key
    checkpoints = root / f"{key}.checkpoints"
    context = replace(
        context,
        seed=request.seed,
        device=request.device,
        checkpoints=checkpoints,
        warm_start=request.start.model if request.start else None,
    )

    def compute(folder: Path) -> None:
        checkpoints.mkdir(parents=True, exist_ok=True)
        _fit_into(folder, request, context)

    folder, reused = stored(root, key, compute, context.notice, changes=changes_since)
    shutil.rmtree(checkpoints, ignore_errors=True)
    learned = read_learned(request.encoders, folder / ENCODERS)
    context = replace(context, view_modules=view_modules(request.model, request.encoders, learned))
    return Fit(
        name=folder.name,
        fitted=request.model.load(folder / MODEL, context),
        learned=learned,
        reused=reused,
        seconds=float((folder / "seconds").read_text()),
        versions=read_versions(folder),
        history=folder / HISTORY,
        verdicts=_verdicts(folder, request, context, learned),
    )


def _verdicts(
    folder: Path, request: FitRequest, context: Context, learned: Learned
) -> list[Verdict]:
    """What guards said when the fit was made; those that broke then look once more."""
    verdicts = read_verdicts(folder)
    if not any(verdict.broke for verdict in verdicts):
        return verdicts
    some = request.valid.take(looked_at(request.valid.y))
    inputs = encode(request.model, request.encoders, learned, some)
    saved = with_default_scoring(request.model).load(folder / MODEL, context)
    now = {v.code: v for v in guard_fit(request.model, saved, Seen.read(folder), inputs)}
    return [now.get(v.code, v) if v.broke else v for v in verdicts]


def _fit_into(folder: Path, request: FitRequest, context: Context) -> None:
    started = time.monotonic()
    if request.start:
        learned = read_learned(request.encoders, request.start.folder / ENCODERS)
    else:
        learned = learn(request.encoders, request.train)
    train, valid = (
        encode(request.model, request.encoders, learned, table)
        for table in (request.train, request.valid)
    )
    history, recorder = (
        History(context.checkpoints),
        Recorder(valid.take(balanced_rows(valid.y, EVENTS))),
    )
    context = replace(
        context,
        log=_watched(history),
        watch=recorder,
        view_modules=view_modules(request.model, request.encoders, learned),
    )
    fitted = request.model.fit(train, valid, context)
    for name in (MODEL, ENCODERS):
        (folder / name).mkdir()
    fitted.save(folder / MODEL)
    write_learned(learned, folder / ENCODERS)
    request.used_events.write(folder)
    history.write(folder / HISTORY)
    record = recorder.record
    seconds = time.monotonic() - started - (record.idle if record else 0.0)
    (folder / "seconds").write_text(f"{seconds:.3f}")
    some = valid.take(looked_at(valid.y))
    seen = Seen.of(fitted, record, some)
    seen.write(folder)
    saved = with_default_scoring(request.model).load(folder / MODEL, context)
    write_verdicts(folder, guard_fit(request.model, saved, seen, some))
    write_versions(request.versions(), folder)


def _watched(history: History) -> Callable[[int, Mapping[str, float]], None]:
    """Logs into the history, and stops a training whose loss is no longer finite."""

    def log(step: int, scalars: Mapping[str, float]) -> None:
        history.log(step, scalars)
        for name, value in scalars.items():
            if "loss" in name and not isfinite(value):
                raise NotFiniteError(f"{name} is {value} at step {step}")

    return log
