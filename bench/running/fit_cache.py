"""Fits on disk: a model is fitted once for the same events, options, code and seed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.data.encode import encode, learn, read_learned, view_modules, write_learned
from bench.guards.inspect import read_verdicts, write_verdicts
from bench.guards.probing import EVENTS, balanced_rows
from bench.guards.recorder import Recorder
from bench.guards.training import Seen, check_fit, of_fits, rows_to_check, stopping_log
from bench.plugins.options import with_default_scoring
from bench.running.fit_differences import MadeOf, why_anew
from bench.running.fit_request import COLUMNS, ENCODERS, MODEL, RANGES, FitRequest
from bench.running.goes import FILE as SECONDS
from bench.running.goes import Goes
from bench.running.look import loaded
from bench.storage.cache import stored
from bench.storage.distributions import changes_since, read_versions, write_versions
from bench.storage.files import make_folder
from bench.storage.history import HISTORY, History
from bench.storage.locks import LockLostError, demand_held
from bench.storage.secrets import mask_files

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.inputs import Learned
    from bench.api.parts import Fitted
    from bench.storage.record import Verdict


@dataclass(frozen=True)
class Fit:
    """A fit, as it was read back from what was saved of it."""

    name: str  # of its folder
    fitted: Fitted
    learned: Learned
    reused: bool
    seconds: float
    """How long the fitting took, over all goes of it."""
    earlier: float
    """How much of that earlier goes took, which were interrupted; 0 where it is reused."""
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

    goes: list[Goes] = []
    known = any(folder for folder in root.glob(f"{key}*") if folder.is_dir())

    def compute(folder: Path) -> None:
        if not known and (why := why_anew(request, root)):
            context.notice(why)
        make_folder(checkpoints)
        MadeOf.of(request).write(checkpoints)
        goes[:] = [Goes(checkpoints, context.notice)]
        try:
            with goes[0].counted():
                _fit_into(folder, request, context, goes[0])
        except LockLostError:  # they are another process's now
            raise
        except BaseException:
            mask_files(checkpoints)  # which stay, with what the model wrote into them
            raise

    folder, reused = stored(root, key, compute, context.notice, changes=changes_since)
    shutil.rmtree(checkpoints, ignore_errors=True)
    learned = read_learned(request.encoders, folder / ENCODERS)
    context = replace(context, view_modules=view_modules(request.model, request.encoders, learned))
    return Fit(
        name=folder.name,
        fitted=loaded(request.model, folder / MODEL, context),
        learned=learned,
        reused=reused,
        seconds=float((folder / SECONDS).read_text()),
        earlier=goes[0].earlier if goes and not reused else 0.0,
        versions=read_versions(folder),
        history=folder / HISTORY,
        verdicts=_verdicts(folder, request, context, learned),
    )


def _verdicts(
    folder: Path, request: FitRequest, context: Context, learned: Learned
) -> list[Verdict]:
    """What guards said when the fit was made; those that broke, or are new, look at it now."""
    verdicts = read_verdicts(folder)
    sound = {verdict.code: verdict for verdict in verdicts if not verdict.broke}
    if sound.keys() >= {guard.code for guard in of_fits(request.guards)}:
        return verdicts
    some = request.valid.take(rows_to_check(request.valid.y))
    inputs = encode(request.model, request.encoders, learned, some)
    saved = with_default_scoring(request.model).load(folder / MODEL, context)
    now = check_fit(request.guards, request.model, saved, Seen.read(folder), inputs)
    return [sound.get(verdict.code, verdict) for verdict in now]


def _fit_into(folder: Path, request: FitRequest, context: Context, goes: Goes) -> None:
    if request.start:
        learned = read_learned(request.encoders, request.start.folder / ENCODERS)
    else:
        learned = learn(request.encoders, request.train)
    train, valid = (
        encode(request.model, request.encoders, learned, table, targets=targets)
        for table, targets in ((request.train, True), (request.valid, False))
    )
    history = History(context.checkpoints)
    recorder = Recorder(valid.take(balanced_rows(valid.y, EVENTS)))
    goes.idle = lambda: recorder.record.idle if recorder.record else 0.0

    def log(step: int, scalars: Mapping[str, float]) -> None:
        demand_held(surely=False)  # else its checkpoints are another process's now
        history.log(step, scalars)
        goes.beat()

    context = replace(
        context,
        log=stopping_log(log),
        watch=recorder,
        view_modules=view_modules(request.model, request.encoders, learned),
    )
    fitted = request.ranks.fit(request.model, train, valid, context)
    (folder / MODEL).mkdir()
    fitted.save(folder / MODEL)
    write_learned(learned, folder / ENCODERS)
    (folder / COLUMNS).write_bytes(msgspec.json.encode(request.train.columns))
    ranges = request.train.ranges()
    (folder / RANGES).write_bytes(msgspec.json.encode(ranges))
    request.used_events.write(folder)
    history.write(folder / HISTORY)
    record = recorder.record
    (folder / SECONDS).write_text(f"{goes.total:.3f}")
    MadeOf.of(request).write(folder)
    some = valid.take(rows_to_check(valid.y))
    seen = Seen.of(fitted, record, some)
    seen.write(folder)
    saved = with_default_scoring(request.model).load(folder / MODEL, context)
    write_verdicts(folder, check_fit(request.guards, request.model, saved, seen, some))
    write_versions(request.versions(), folder)
