"""The plan of one run: what is there already, what is to be done, and what it will tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.encoding import encode, learn
from bench.errors import DamagedError
from bench.plan.costs import Costs, costs_of
from bench.plan.widths import Power, assumed, best_sample, power_of
from bench.record import SampleRecord
from bench.samples import split_rows
from bench.store import Run, Store
from bench.tables import load_table
from bench.work import Work, prepare

if TYPE_CHECKING:
    from bench.context import Context
    from bench.home import Home
    from bench.plugins import Shelf
    from bench.request import RunRequest

LOOKED_AT = 256
"""Events whose tokens are counted."""
RARE = 0.05
"""Share of signal below which another sample is proposed."""


@dataclass(frozen=True)
class Choice:
    """A way to draw as many events, and how wide SIC's interval would be, relative to SIC."""

    options: str
    signal: int
    background: int
    width: float


@dataclass(frozen=True)
class Plan:
    """What one run comes to."""

    title: str
    sample: SampleRecord
    cached: str
    """`run`, `scores`, `fit` or `nothing`."""
    train: int
    """Events to train on; none where the fit is there."""
    scored: int
    """Events to score, those of the valid split included."""
    tokens: int | None
    """To be read in all; None where the model reads none."""
    seconds: float | None
    disk: float | None
    """Bytes."""
    costs: Costs
    power: Power
    choices: tuple[Choice, ...]
    """Samples of as many events, the narrowest first, where signal is rare."""

    @property
    def auc_width(self) -> float:
        """Of the 95 % interval."""
        return self.power.auc.width(self.sample.signal, self.sample.background)

    @property
    def sic_width(self) -> float:
        """Of the 95 % interval of SIC at the threshold, relative to SIC."""
        return self.power.sic.width(self.sample.signal, self.sample.background)


def plan(request: RunRequest, shelf: Shelf, home: Home, store: Store, context: Context) -> Plan:
    """Look at what a run would do; nothing is fitted or stored but the dataset's features.

    Raises:
        BenchError: the request or its input is bad.
    """
    work = prepare(request, shelf, home, store, context)
    runs = list(store.runs())
    records = work.material.records
    cached = _cached(work, store, home)
    train = len(work.material.tables["train"]) if cached == "nothing" else 0
    scored = 0 if cached in ("run", "scores") else _size(records["evaluated"], records["valid"])
    title = work.cast.model.name
    options = ", ".join(f"{name}={value}" for name, value in sorted(request.options.items()))
    costs = costs_of(title, ", ".join([*request.encoders, *([options] if options else [])]), runs)
    power = _power(work, runs)
    tokens = _tokens(work, replace(context, seed=request.seed), train + scored)
    return Plan(
        title=f"{title}, {options}, seed {request.seed}"
        if options
        else f"{title}, seed {request.seed}",
        sample=records["evaluated"],
        cached=cached,
        train=train,
        scored=scored,
        tokens=tokens,
        seconds=0.0 if cached == "run" else _seconds(costs, train, scored),
        disk=0.0 if cached == "run" else (costs.disk and costs.disk * _size(records["evaluated"])),
        costs=costs,
        power=power,
        choices=_choices(work, power, home, context),
    )


def _size(*samples: SampleRecord) -> int:
    return sum(sample.signal + sample.background for sample in samples)


def _cached(work: Work, store: Store, home: Home) -> str:
    if store.find(work.key()):
        return "run"
    if store.find_scores(work.scores_key()):
        return "scores"
    return "fit" if (home.fits / work.fit_request.key()).is_dir() else "nothing"


def _seconds(costs: Costs, train: int, scored: int) -> float | None:
    if (train and costs.fit is None) or (scored and costs.score is None):
        return None
    return costs.fixed + train * (costs.fit or 0.0) + scored * (costs.score or 0.0)


def _tokens(work: Work, context: Context, events: int) -> int | None:
    """The tokens of so many events, by those of a few."""
    import numpy as np

    parts, table = work.cast, work.material.tables["train"]
    few = table.take(np.arange(min(len(table), LOOKED_AT)))
    inputs = encode(parts.model, parts.encoders, learn(parts.encoders, few), few)
    found = parts.model.count_tokens(inputs, context)
    return None if found is None else round(float(found.mean()) * events)


def _power(work: Work, runs: list[Run]) -> Power:
    """By the newest run of the model on the dataset that has scores of both classes."""
    wanted = work.material.records["evaluated"].label
    for run in reversed(runs):
        record = run.record
        known = record.status == "ok" and record.plugin == work.cast.model.name
        if known and not record.outside and record.sample and record.sample.label == wanted:
            try:
                scored = run.scored()
            except DamagedError:
                continue
            if scored.two_classes:
                return power_of(scored, f"run {run.name}")
    return assumed()


def _choices(work: Work, power: Power, home: Home, context: Context) -> tuple[Choice, ...]:
    """Ways to draw as many events of the split as the request does."""
    asked = work.material.records["evaluated"]
    if not 0 < asked.natural < RARE:
        return ()
    signal, background = _there(work, home, context)
    events = _size(asked)
    best = best_sample(power.sic, events, signal, background)
    natural = round(events * asked.natural)
    drawn = {
        f"--ratio natural --events {events}": (natural, events - natural),
        f"--ratio all-signal --events {events - signal}": (signal, events - signal),
    }
    for one, other in ((1, 1), (1, 10), (1, max(round(best[1] / best[0]), 1))):
        n = min(round(events * one / (one + other)), signal)
        drawn[f"--ratio {one}:{other} --events {n * (one + other) // one}"] = (n, n * other // one)
    kept = {
        options: (s, b)
        for options, (s, b) in drawn.items()
        if 0 <= s <= signal and 0 < b <= background
    }
    found = [Choice(o, s, b, power.sic.width(s, b)) for o, (s, b) in kept.items()]
    return tuple(sorted(found, key=lambda choice: choice.width))


def _there(work: Work, home: Home, context: Context) -> tuple[int, int]:
    """Signal and background events of the split."""
    dataset, request = work.cast.dataset, work.request
    asked = work.material.records["evaluated"]
    source = dataset.open(asked.edition, request.file, context)
    distribution = work.cast.offer(dataset).distribution
    table, _ = load_table(dataset, distribution, source, context, home.tables)
    labels = table.y[split_rows(table.ids, asked.split)]
    return int((labels == 1).sum()), int((labels == 0).sum())
