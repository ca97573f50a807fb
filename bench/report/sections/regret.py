"""How far each model is from the best possible one, where the events' density is known."""

from __future__ import annotations

from bench.api.scores import Estimate
from bench.comparison.paired import Difference, auc_difference
from bench.comparison.regret import is_optimum, log_loss_difference
from bench.report.blocks import Block, Heading, TableBlock, Text, estimated, plain
from bench.report.event_sets import EventSet, Setting
from bench.storage.record import SampleRecord
from bench.storage.store import Run

HEADINGS = ("model", "AUC below the optimum", "log loss above it, nats")
OTHER_RATIO = "fitted at another class ratio than the optimum"
UNKNOWN_RATIO = "the class ratio of its fit is not known"
NO_PROBABILITY = "decisions are no probabilities"
OF_DATA = "fitted without truth: a score of data is no probability of signal"


def regret(events: EventSet) -> list[Block]:
    """A table and what follows from it; nothing where no setting is the dataset's optimum."""
    best = next((s for s in events.settings if _is_best(s, events)), None)
    others = [setting for setting in events.settings if setting is not best]
    if best is None or not others:
        return []
    rows, beyond = [], []
    for setting in others:
        below, above = _below(setting.middle, best.middle), _above(setting.middle, best.middle)
        rows.append([plain(setting.title), estimated(below), estimated(above)])
        if any(one.high is not None and one.high < 0 for one in (below, above)):
            beyond.append(setting.title)
    return [
        Heading(f"From the best possible: {events.brief}", 3),
        TableBlock(f"regret-{events.slug}", HEADINGS, rows),
        Text(_conclusion(best.title, beyond)),
    ]


def _is_best(setting: Setting, events: EventSet) -> bool:
    """Whether it is the exact likelihood ratio, on events as they were drawn."""
    record = setting.middle.record
    return (
        record.model is not None
        and is_optimum(record.model.name, events.sample.dataset)
        and record.without is None
        and record.permuted is None
    )


def _below(run: Run, best: Run) -> Estimate:
    return _estimate(auc_difference(best.scored(), run.scored()))


def _above(run: Run, best: Run) -> Estimate:
    share, own = (_fitted_share(one.record.train) for one in (best, run))
    if run.record.decisions:
        return Estimate(None, note=NO_PROBABILITY)
    if run.record.weak:
        return Estimate(None, note=OF_DATA)
    if share is None or own is None:
        return Estimate(None, note=UNKNOWN_RATIO)
    if own != share:
        return Estimate(None, note=OTHER_RATIO)
    return _estimate(log_loss_difference(run.scored(), best.scored(), share))


def _fitted_share(train: SampleRecord | None) -> float | None:
    """The share of signal that a fit was given."""
    if train is None:
        return None
    if train.ratio in ("natural", "all-signal"):
        return train.natural
    return train.signal / (train.signal + train.background)


def _estimate(one: Difference) -> Estimate:
    return Estimate(one.value, one.low, one.high, method=one.method)


def _conclusion(best: str, beyond: list[str]) -> str:
    text = (
        f"{best} is the exact likelihood ratio of the densities that these events were drawn from, "
        "and no classifier is better on average (Neyman and Pearson). Both distances are paired, "
        "on the same events, with 95 % intervals: chance alone puts one of a best model in 40 "
        "wholly below zero. The log loss is taken at the class ratio of the fits."
    )
    if beyond:
        return f"{text} Below zero beyond the interval: {'; '.join(beyond)}."
    return f"{text} None is below zero beyond its interval."
