"""The fit that a stored run's scores come from, opened again to score other events."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
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
        return score(self._fitted, self._inputs(table), "scoring", self._context)

    def row(self, values: Mapping[str, float], place: float = 0.5) -> list[float]:
        """An event's features; those without a value lie so far up in the train split's range."""
        ends = [self.ranges.get(column.name, (0.0, 0.0)) for column in self.columns]
        between = [least + place * (most - least) for least, most in ends]
        names = [column.name for column in self.columns]
        return [values.get(name, other) for name, other in zip(names, between, strict=True)]

    def unread(self, values: Mapping[str, float], missing: Sequence[str]) -> list[str]:
        """Which of the columns without a value the model is not given, by its encoders.

        Their inputs are the same at either end of the column's range in the train split, wherever
        in their ranges the other ones are. None where the ranges are not known.
        """
        import numpy as np

        if not missing or not self.ranges.keys() >= {*missing}:
            return []
        ends = [dict(zip(("low", "high"), self.ranges[name], strict=True)) for name in missing]
        rows = [
            self.row({**values, name: end[side]}, place)
            for place in (0.0, 0.5, 1.0)
            for name, end in zip(missing, ends, strict=True)
            for side in ("low", "high")
        ]
        inputs = self._inputs(events(self.columns, np.array(rows, np.float32)))
        same = [
            all(_equal(view[i], view[i + 1]) for view in inputs.views.values())
            for i in range(0, len(rows), 2)
        ]
        return [n for i, n in enumerate(missing) if all(same[i :: len(missing)])]

    def _inputs(self, table: Table) -> Inputs:
        inputs = encode(self._model, self._encoders, self._learned, table)
        return controlled(inputs, self.without, None, 0)


def events(columns: Sequence[Column], x: NDArray[np.float32]) -> Table:
    """Events (n, d) that no sample has, without labels and with weight 1."""
    import numpy as np

    from bench.api.table import Table

    n = len(x)
    return Table(tuple(columns), x, np.zeros(n, np.int8), np.arange(n, dtype=np.uint64), np.ones(n))


def _equal(one: object, other: object) -> bool:
    import numpy as np

    return one == other if isinstance(one, str) else np.array_equal(one, other, equal_nan=True)  # type: ignore[arg-type]
