"""Requests to plans: what is there already, what is left to do, and what it will tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bench.data.encode import encode, learn, view_modules
from bench.data.feature_cache import load_table
from bench.data.region import part_in
from bench.data.splits import rows_in
from bench.plan.choices import Choice, choices
from bench.plan.costs import Costs, Need, Past, costs_of
from bench.plan.expected import power_for
from bench.plan.widths import Power
from bench.plugins.needs import Needs
from bench.plugins.options import options_in
from bench.running.parts import RunParts, resolve_parts
from bench.running.prepared import PreparedRun, prepare
from bench.storage.cache import find_sealed
from bench.storage.distributions import changes_since
from bench.storage.fingerprint import digest
from bench.storage.record import SampleRecord
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.inputs import Inputs
    from bench.api.table import Table
    from bench.plugins.registry import Registry
    from bench.storage.home import Home

LOOKED_AT = 256
"""Events of a sample whose tokens are counted."""
RARE = 0.05
"""Share of signal below which another sample is proposed."""


@dataclass(frozen=True)
class Plan:
    """What one run comes to."""

    title: str
    sample: SampleRecord
    cached: str
    """`run`, `scores`, `fit` or `nothing`."""
    by: int | None
    """The earlier run of the same study that will have left it, the first one being 1."""
    need: Need
    needs: Needs
    """Of the machine that it starts on."""
    tokens: int | None
    """To be read, each event once; None where the model reads none."""
    costs: Costs
    fit_size: float | None
    """Bytes of the fit that is left to do, where the model knows them itself."""
    power: Power
    choices: Sequence[Choice]
    """Samples of as many events, the best one first, where signal is rare."""

    @property
    def auc_width(self) -> float | None:
        """Of the 95 % interval of AUC."""
        return self.power.auc_width(self.sample.signal, self.sample.background)

    @property
    def sic_width(self) -> float | None:
        """Of the 95 % interval of SIC at the threshold, relative to SIC."""
        return self.power.sic_width(self.sample.signal, self.sample.background)


@dataclass
class Planner:
    """Plans runs that are to be done one after the other."""

    registry: Registry
    home: Home
    store: Store
    context: Context
    packed: Store | None = None
    """Runs that lie packed beside a study, which it would unpack into the store."""
    _promised: dict[str, int] = field(default_factory=dict)
    """The keys of what the runs planned so far will leave, with the first one that does."""
    _tokens: dict[str, float | None] = field(default_factory=dict)
    _available: dict[str, tuple[int, int]] = field(default_factory=dict)

    def plan(self, requests: Sequence[RunRequest]) -> list[Plan]:
        """Look at what each run would do; nothing is fitted and no run is stored.

        Raises:
            BenchError: a request or its input is bad.
        """
        every = [resolve_parts(request, self.registry) for request in requests]
        runs = self._runs()
        return [self._plan(number, parts, runs) for number, parts in enumerate(every, 1)]

    def _plan(self, number: int, parts: RunParts, runs: Sequence[Run]) -> Plan:
        prepared = prepare(parts, self.home, self.store, self.context)
        sample = prepared.samples.records["evaluated"]
        keys = (prepared.key, prepared.scores_key, prepared.fit_request.key)
        cached, by = self._cached(*keys)
        for key in keys:
            self._promised.setdefault(key, number)
        need, power = _need(prepared, cached), power_for(prepared, runs, keys[-1])
        size = self._fit_size(prepared) if need.train else None
        rare = 0 < sample.natural < RARE
        events = sample.signal + sample.background
        return Plan(
            title=_title(prepared),
            sample=sample,
            cached=cached,
            by=by,
            need=need,
            needs=parts.needs,
            tokens=self._read(prepared, need),
            costs=costs_of(Past.of(prepared, runs), need, self.home.fits, size),
            fit_size=size,
            power=power,
            choices=choices(power, events, self._split(prepared), sample.natural) if rare else (),
        )

    def _runs(self) -> list[Run]:
        """Every run that there will be, by name."""
        packed = self.packed.runs() if self.packed else ()
        return list({run.name: run for run in (*packed, *self.store.runs())}.values())

    def _cached(self, run: str, scores: str, fit: str) -> tuple[str, int | None]:
        """The furthest stage that is there already, and the run of the study that leaves it."""
        stores = [store for store in (self.store, self.packed) if store]
        if any(store.find(run) for store in stores):
            return "run", None
        if run in self._promised:
            return "run", self._promised[run]
        if any(store.find_scores(scores) for store in stores):
            return "scores", None
        if scores in self._promised:
            return "scores", self._promised[scores]
        if find_sealed(self.home.fits, fit, changes_since):
            return "fit", None
        return ("fit", self._promised[fit]) if fit in self._promised else ("nothing", None)

    def _read(self, prepared: PreparedRun, need: Need) -> int | None:
        """The tokens of all events, by those of a few of each sample."""
        total = 0.0
        for role, events in (("train", need.train + need.valid), ("evaluated", need.evaluated)):
            mean = self._mean_tokens(prepared, role) if events else 0.0
            if mean is None:
                return None
            total += mean * events
        return round(total)

    def _mean_tokens(self, prepared: PreparedRun, role: str) -> float | None:
        parts, table = prepared.parts, prepared.samples.tables[role]
        used = [(part.name, options_in(part)) for part in (parts.model, *parts.encoders)]
        key = digest([used, prepared.samples.records[role].fingerprint, prepared.request.seed])
        if key not in self._tokens:
            counts = parts.model.count_tokens(*self._read_by_model(prepared, table))
            self._tokens[key] = None if counts is None else float(counts.mean())
        return self._tokens[key]

    def _fit_size(self, prepared: PreparedRun) -> float | None:
        """Bytes of the fit, if the model knows."""
        table = prepared.samples.tables["train"]
        return prepared.parts.model.fit_size(*self._read_by_model(prepared, table))

    def _read_by_model(self, prepared: PreparedRun, table: Table) -> tuple[Inputs, Context]:
        """A few events of a sample as the model reads them, and its surroundings."""
        import numpy as np

        parts, request = prepared.parts, prepared.request
        few = table.take(np.linspace(0, len(table) - 1, min(len(table), LOOKED_AT)).astype(int))
        learned = learn(parts.encoders, few)
        modules = view_modules(parts.model, parts.encoders, learned)
        context = replace(
            self.context, seed=request.seed, device=request.device, view_modules=modules
        )
        return encode(parts.model, parts.encoders, learned, few), context

    def _split(self, prepared: PreparedRun) -> tuple[int, int]:
        """Signal and background events of the split that is evaluated."""
        dataset, sample = prepared.parts.dataset, prepared.samples.records["evaluated"]
        key = digest([sample.source, sample.options, sample.split, sample.region])
        if key not in self._available:
            quiet = replace(self.context, notice=lambda line: None)
            source = dataset.open(sample.edition, prepared.request.file, quiet)
            distribution = prepared.parts.entry(dataset).distribution
            table, _ = load_table(dataset, distribution, source, quiet, self.home.tables)
            table = part_in(table, prepared.request.within)
            labels = table.y[rows_in(table, sample.split)]
            self._available[key] = int((labels == 1).sum()), int((labels == 0).sum())
        return self._available[key]


def _need(prepared: PreparedRun, cached: str) -> Need:
    train, valid, evaluated = (
        len(prepared.samples.tables[role]) for role in ("train", "valid", "evaluated")
    )
    scored = cached in ("fit", "nothing")
    return Need(
        train=train if cached == "nothing" else 0,
        valid=valid if scored else 0,
        evaluated=evaluated if scored else 0,
        written=0 if cached == "run" else valid + evaluated,
    )


def _title(prepared: PreparedRun) -> str:
    """What the run will be called in reports."""
    return prepared.start_record("").title
