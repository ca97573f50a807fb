"""A run whose model explains: its fit, its encoders and its events, as it had them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError, RequestError
from bench.data.encode import controlled, encode, read_learned, view_modules
from bench.data.real_scores import scores_of_events
from bench.data.run_samples import load_samples
from bench.data.score import unlabelled
from bench.explaining.explanation import Explains
from bench.explaining.generated import AT_ONCE, demand_explains, explanations
from bench.running.fit_request import ENCODERS, MODEL
from bench.running.look import loaded
from bench.running.parts import resolve_parts
from bench.running.stored_fit import fit_folder, parts_of
from bench.storage.repeating import command_of, with_editions
from bench.storage.request import RunRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder, Fitted, Model
    from bench.api.table import Table
    from bench.explaining.explanation import Explanation
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.record import RunRecord
    from bench.storage.store import Run

CERTAIN = 1e-12
"""A probability this close to 0 or 1 is as good as that."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A run with all that its explanations come from."""

    run: Run
    model: Model
    encoders: Sequence[Encoder]
    learned: Learned
    fitted: Fitted
    train: Table
    """The events that it was fitted on."""
    evaluated: Table
    """The events that it was scored on."""
    context: Context

    @cached_property
    def medians(self) -> list[float]:
        """Of each feature among the background events that it was fitted on: (d,)."""
        import numpy as np

        background = self.train.x[self.train.y == 0].astype(np.float64)
        medians: list[float] = np.median(background, axis=0).tolist()
        return medians

    def inputs(self, table: Table) -> Inputs:
        """The events as the run's model reads them."""
        inputs = encode(self.model, self.encoders, self.learned, table)
        return controlled(inputs, self.run.record.without, None, 0)

    def explain(self, table: Table, seed: int | None, *, freely: bool = False) -> list[Explanation]:
        """The explanation of each event, its numbers written freely or held to those it was shown.

        Raises:
            RequestError: the model gives none.
        """
        assert isinstance(self.fitted, Explains)
        inputs, columns = self.inputs(table), table.columns
        try:
            return explanations(self.fitted, inputs, columns, self.context, seed, freely=freely)
        except RequestError as error:
            end = self.run.name.rpartition("-")[2]  # it can be asked for by that; reasons are long
            raise RequestError(f"run {end}: {error}") from error

    def odds(self, table: Table, label: str) -> NDArray[np.float64]:
        """The log odds of signal of each event: (n,); NaN where there is no answer."""
        import numpy as np

        inputs, scores = unlabelled(self.inputs(table)), np.empty(len(table))
        with self.context.progress(label, len(table)) as bar:
            for start in range(0, len(table), 4 * AT_ONCE):
                rows = np.arange(start, min(start + 4 * AT_ONCE, len(table)))
                scores[rows] = scores_of_events(self.fitted.score(inputs.take(rows)), len(rows))
                bar.advance(len(rows))
        inside = scores.clip(CERTAIN, 1 - CERTAIN)
        odds: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
        return odds


def open_subject(run: Run, registry: Registry, home: Home, context: Context) -> Subject:
    """Load what a run's explanations come from.

    Raises:
        RequestError: the run has no model here, or one that gives no explanations.
        InputError: its events are not here any more.
    """
    record = run.record
    fit = fit_folder(run, home, "explaining")
    model, encoders = parts_of(record, registry)
    learned = read_learned(encoders, fit / ENCODERS)
    request = _on_a_device_of_here(_request_of(record), model, context)
    if record.permuted:
        raise RequestError(
            f"run {run.name} was scored with {record.permuted} permuted: there is nothing to "
            "explain"
        )
    context = replace(
        context,
        seed=record.seed,
        device=request.device if model.uses_device else "cpu",
        view_modules=view_modules(model, encoders, learned),
    )
    fitted = loaded(model, fit / MODEL, context)
    demand_explains(fitted, f"run {run.name}: {model.name}")
    train, evaluated = _tables(run, request, registry, home, context)
    return Subject(run, model, encoders, learned, fitted, train, evaluated, context)


def _tables(
    run: Run, request: RunRequest, registry: Registry, home: Home, context: Context
) -> tuple[Table, Table]:
    """The train events and those that were evaluated.

    Raises:
        InputError: they are others by now.
    """
    parts, record = resolve_parts(request, registry), run.record
    samples = load_samples(
        parts.request,
        *parts.datasets,
        context,
        tables=home.tables,
        overlapping=True,
        quick=request.quick,
    )
    for role, then in (("train", record.train), ("evaluated", record.sample)):
        if then is None or samples.records[role].fingerprint != then.fingerprint:
            raise InputError(
                f"run {run.name}: its {role} events are others here by now; "
                f"`{command_of(record)}` makes the run anew"
            )
    return samples.tables["train"], samples.tables["evaluated"]


def _on_a_device_of_here(request: RunRequest, model: Model, context: Context) -> RunRequest:
    """The request on the device that it was fitted on, or on the CPU where there is none here."""
    if request.device == "cpu" or not model.uses_device:
        return request
    if (why := model.device_problem(request.device)) is None:
        return request
    context.notice(f"{why}: explaining on the CPU, whose numbers differ in their last digits")
    return replace(request, device="cpu")


def _request_of(record: RunRecord) -> RunRequest:
    """The run as it was asked for, on the editions of then and from nothing."""
    said = with_editions(record) | {"start": None, "allow": ()}
    said["file"] = Path(said["file"]) if said.get("file") else None
    return RunRequest(**said)
