"""An exported model, loaded again: it scores events by their features, and may say why."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder, Fitted, Model
    from bench.api.table import Column, Table
    from bench.explaining.explanation import Explanation

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ExportedModel:
    """A fitted model with its encoders, as `bench export` wrote it."""

    columns: Sequence[Column]
    """The features of an event that it reads, with their units."""
    without: str | None
    """The view that its events are scored without, as those of its run were."""
    _model: Model = field(repr=False)
    _encoders: Sequence[Encoder] = field(repr=False)
    _learned: Learned = field(repr=False)
    _fitted: Fitted = field(repr=False)
    _context: Context = field(repr=False)

    def score(
        self, events: Table | pd.DataFrame, beside: Path | str | None = None
    ) -> NDArray[np.float64]:
        """P(signal) of each event: (n,); NaN where there is no answer.

        Args:
            events: a table, or a data frame with the features' names; other columns play no part.
            beside: the file that holds more of the events, by their ids in the column `event`,
                such as the particles that a dataset keeps.

        Raises:
            InputError: a feature is missing, is not finite, or has another unit; or the file
                `beside` is not there for a model that reads one, or not what it has to be.
        """
        from bench.data.score import score

        inputs = self._inputs(self._read(events, beside))
        return score(self._fitted, inputs, "scoring", self._context)

    def explain(
        self, events: Table | pd.DataFrame, seed: int | None = None, *, freely: bool = False
    ) -> list[Explanation]:
        """The answer of each event and why, as `bench explain` has them of the run.

        Args:
            events: as they are scored.
            seed: of words that are drawn by their probability, which follow from an event's id as
                well (its row in a data frame); None for the likeliest word each time.
            freely: let the model write any number, not only those that it was shown.

        Raises:
            RequestError: the model gives no explanations, or was not fitted to.
            InputError: a feature is missing, is not finite, or has another unit.
        """
        from bench.explaining.generated import demand_explains, explanations

        fitted, table = demand_explains(self._fitted, self._model.name), self._read(events)
        inputs = self._inputs(table)
        return explanations(fitted, inputs, table.columns, self._context, seed, freely=freely)

    def _inputs(self, table: Table) -> Inputs:
        """The events as the model reads them."""
        from bench.data.encode import controlled, encode

        inputs = encode(self._model, self._encoders, self._learned, table)
        return controlled(inputs, self.without, None, 0)

    def _read(self, events: Table | pd.DataFrame, beside: Path | str | None = None) -> Table:
        import numpy as np

        from bench.api.table import Table
        from bench.exporting.beside import demand_beside

        read = self._checked(events) if isinstance(events, Table) else self._table(events)
        if beside is None:
            return read
        if not isinstance(events, Table):
            if "event" not in events:
                raise InputError(f"events: no column event, by which they are found in {beside}")
            read = replace(read, ids=events["event"].to_numpy(dtype=np.uint64))
        demand_beside(Path(beside), read.ids)
        return replace(read, beside=(Path(beside),))

    def _checked(self, table: Table) -> Table:
        expected, given = (
            [(column.name, column.unit) for column in columns]
            for columns in (self.columns, table.columns)
        )
        if expected != given:
            raise InputError(f"table: its features are {given}, wanted {expected}")
        return table

    def _table(self, frame: pd.DataFrame) -> Table:
        import numpy as np

        from bench.api.table import Table

        names = [column.name for column in self.columns]
        if missing := [name for name in names if name not in frame]:
            raise InputError(f"events: no column {', '.join(missing)}; wanted {', '.join(names)}")
        x = frame[names].to_numpy(dtype=np.float32)
        n = len(x)
        ids = np.arange(n, dtype=np.uint64)
        return Table(tuple(self.columns), x, np.zeros(n, np.int8), ids, np.ones(n))


def load_exported(folder: Path | str, device: str = "cpu", **options: Any) -> ExportedModel:
    """The model in a folder that `bench export` wrote, with the scores that it had there.

    Args:
        folder: with `bench.json` in it.
        device: `cpu`, `cuda` or `cuda:1`.
        options: of the model, in place of those it was exported with: `base=` says where the base
            of a language model is on this machine.

    Raises:
        DamagedError: a file is missing or changed.
        RequestError: a plugin is not installed, or there is no such option.
    """
    from bench.api.context import Context
    from bench.api.parts import Encoder, Model
    from bench.data.encode import read_learned, view_modules
    from bench.exporting.record import ENCODERS, read_export
    from bench.plugins.options import build
    from bench.plugins.registry import load_registry
    from bench.storage.code_digest import code_digest
    from bench.storage.distributions import changes
    from bench.storage.home import Home

    folder, home, registry = Path(folder), Home.here(), load_registry()
    record = read_export(folder)
    for line in changes(record.versions):
        log.warning("%s: scores may differ", line)
    model = build(registry.find(Model, record.model.name).part, record.model.options | options)
    encoders = [build(registry.find(Encoder, e.name).part, e.options) for e in record.encoders]
    for part, then in zip((model, *encoders), (record.model, *record.encoders), strict=True):
        if code_digest(type(part), then.distribution) != then.code:
            log.warning("the code of %s is another one here: scores may differ", part.name)
    learned = read_learned(encoders, folder / ENCODERS)
    context = Context(
        data=home.data,
        scratch=home.scratch,
        checkpoints=home.scratch,
        seed=record.seed,
        device=device if model.uses_device else "cpu",
        view_modules=view_modules(model, encoders, learned),
    )
    fitted = model.load(folder, context)
    return ExportedModel(record.columns, record.without, model, encoders, learned, fitted, context)
