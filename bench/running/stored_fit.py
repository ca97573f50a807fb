"""The fit that a stored run's scores come from, opened again to score other events."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError, RequestError
from bench.api.parts import Encoder, Model
from bench.api.table import Column
from bench.data.encode import controlled, encode, read_learned, view_modules
from bench.data.score import score
from bench.plugins.options import build
from bench.running.fit_request import COLUMNS, ENCODERS, MODEL, RANGES
from bench.storage.cache import verify
from bench.storage.distributions import changes
from bench.storage.parse import read_json
from bench.storage.repeating import command_of
from bench.storage.typed import typed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Fitted
    from bench.api.table import Table
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.record import RunRecord
    from bench.storage.store import Run

ANOTHER = Path("runs-anew")
"""A folder of runs in which no run is found done."""


def fit_folder(run: Run, home: Home, purpose: str) -> Path:
    """The folder of the fit that the run's scores come from; `purpose` says what it is not for.

    Raises:
        RequestError: why there is none.
    """
    record = run.record
    if record.outside is not None:
        raise RequestError(f"run {run.name} was imported: its model is not here")
    if record.status != "ok" or record.model is None or record.fit is None:
        raise RequestError(f"run {run.name} is {record.status}: nothing of it is worth {purpose}")
    fit = home.fits / record.fit
    try:
        verify(fit)
    except DamagedError as error:
        raise RequestError(f"run {run.name}: its fit is gone; {_anew(run, purpose)}") from error
    if not (fit / COLUMNS).is_file():
        raise RequestError(f"run {run.name}: its fit is of an older bench; {_anew(run, purpose)}")
    return fit


def _anew(run: Run, purpose: str) -> str:
    """How to have the run again, and its fit with it."""
    command = typed(*shlex.split(command_of(run.record)), runs=ANOTHER)
    return f"`{command}` makes it anew, for {purpose} from there"


def parts_of(record: RunRecord, registry: Registry) -> tuple[Model, list[Encoder]]:
    """The model of a run that has one, and its encoders, with the options of then.

    Raises:
        RequestError: a plugin is not installed, or has no such option any more.
    """
    assert record.model is not None
    model = build(registry.find(Model, record.model.name).part, record.model.options)
    return model, [build(registry.find(Encoder, e.name).part, e.options) for e in record.encoders]


@dataclass(frozen=True, eq=False)
class StoredFit:
    """A fitted model with its encoders, as a run left it."""

    columns: list[Column]
    """The features that it was fitted on, in their order."""
    ranges: dict[str, tuple[float, float]]
    """The least and the largest value of each in the train split; none of an older bench's fit."""
    without: str | None
    _model: Model = field(repr=False)
    _encoders: list[Encoder] = field(repr=False)
    _learned: Learned = field(repr=False)
    _fitted: Fitted = field(repr=False)
    _context: Context = field(repr=False)

    @classmethod
    def of(
        cls, run: Run, registry: Registry, home: Home, context: Context, purpose: str
    ) -> StoredFit:
        """What the run's scores come from.

        Raises:
            RequestError: its fit is not here, or a plugin is not.
        """
        folder, record = fit_folder(run, home, purpose), run.record
        for line in changes(record.versions):
            context.notice(f"{line}: scores may differ")
        model, encoders = parts_of(record, registry)
        learned = read_learned(encoders, folder / ENCODERS)
        modules = view_modules(model, encoders, learned)
        context = replace(context, seed=record.seed, view_modules=modules)
        ranges = folder / RANGES
        return cls(
            read_json(folder / COLUMNS, list[Column]),
            read_json(ranges, dict[str, tuple[float, float]]) if ranges.is_file() else {},
            record.without,
            model,
            encoders,
            learned,
            model.load(folder / MODEL, context),
            context,
        )

    def score(self, table: Table) -> NDArray[np.float64]:
        """P(signal) of each event: (n,); NaN where there is no answer."""
        return score(self._fitted, self.inputs(table), "scoring", self._context)

    def inputs(self, table: Table) -> Inputs:
        """The events as the run's model reads them."""
        inputs = encode(self._model, self._encoders, self._learned, table)
        return controlled(inputs, self.without, None, 0)
