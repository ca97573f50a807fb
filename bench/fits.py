"""Fits on disk: a model is fitted once for the same events, options, code and seed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cache import stored, verify
from bench.encoding import encode, learn, read_learned, write_learned
from bench.fingerprint import code_digest, digest, table_digest, versions_of
from bench.history import HISTORY, History
from bench.ledger import Ledger
from bench.options import options_in
from bench.parts import Model, Part

if TYPE_CHECKING:
    from bench.context import Context
    from bench.encoding import Learned
    from bench.parts import Encoder, Fitted
    from bench.table import Table

MODEL, ENCODERS = "model", "encoders"


@dataclass(frozen=True)
class Start:
    """The earlier fit that a fit goes on from."""

    key: str
    folder: Path

    @property
    def ledger(self) -> Ledger:
        """The events that it was trained on and chosen by."""
        return Ledger.read(self.folder)


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
    ledger: Ledger
    start: Start | None = None

    def key(self) -> str:
        """The content hash of the request."""
        parts = [self.model, *self.encoders]
        return digest(
            [
                [(p.name, _fitting(p), p.content(), code_digest(type(p))) for p in parts],
                [versions_of(distribution) for distribution in self.distributions],
                table_digest(self.train),
                table_digest(self.valid),
                self.seed,
                self.device,
                self.start.key if self.start else None,
            ]
        )


@dataclass(frozen=True)
class Fit:
    """A fit, as it was read back from what was saved of it."""

    fitted: Fitted
    learned: Learned
    reused: bool
    seconds: float
    """How long the fitting took, when it was done."""
    history: Path
    """Training scalars, a JSON object a line; there may be none."""


def fit(request: FitRequest, context: Context, root: Path) -> Fit:
    """Fit or reuse; either way what scores is what was saved, loaded again.

    A fit that was interrupted goes on from its checkpoints.
    """
    key = request.key()
    checkpoints = root / f"{key}.checkpoints"
    context = replace(
        context,
        seed=request.seed,
        device=request.device,
        checkpoints=checkpoints,
        start=request.start.folder / MODEL if request.start else None,
    )

    def compute(folder: Path) -> None:
        checkpoints.mkdir(parents=True, exist_ok=True)
        _fit_into(folder, request, context)

    folder, reused = stored(root, key, compute, context.notice)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return Fit(
        fitted=request.model.load(folder / MODEL, context),
        learned=read_learned(request.encoders, folder / ENCODERS),
        reused=reused,
        seconds=float((folder / "seconds").read_text()),
        history=folder / HISTORY,
    )


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
    history = History(context.checkpoints)
    fitted = request.model.fit(train, valid, replace(context, log=history.log))
    for name in (MODEL, ENCODERS):
        (folder / name).mkdir()
    fitted.save(folder / MODEL)
    write_learned(learned, folder / ENCODERS)
    request.ledger.write(folder)
    history.write(folder / HISTORY)
    (folder / "seconds").write_text(f"{time.monotonic() - started:.3f}")


def _fitting(part: Part) -> dict[str, Any]:
    """The options that a fit depends on."""
    apart = part.scoring if isinstance(part, Model) else frozenset()
    return {name: value for name, value in options_in(part).items() if name not in apart}
