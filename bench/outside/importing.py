"""Outside results into the store: judged by the same metrics, sealed like any run."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.api.errors import InputError
from bench.api.parts import Dataset
from bench.guards.every import demand_codes
from bench.guards.inspect import VoidError, let_through, voiding
from bench.outside.counts import read_counts
from bench.outside.drawn import as_drawn, brought, counts_by_split, likely
from bench.outside.events import imported_events
from bench.outside.inspect_imported import inspect_imported
from bench.outside.names import demand_short
from bench.outside.predictions import Claim, Matched, match, numbered
from bench.outside.told_fit import OpenedDataset, told_fit
from bench.outside.told_labels import demand_told
from bench.running.judging import Judges, judge
from bench.storage.distributions import CORE, versions
from bench.storage.fingerprint import digest, scores_digest
from bench.storage.locks import demand_held
from bench.storage.once import once
from bench.storage.store import Run, Store, without_tracebacks, write_metrics, write_scores

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.scores import Scored
    from bench.outside.known_fit import KnownFit
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.record import RunRecord


def import_counts(file: Path, registry: Registry, store: Store) -> list[Run]:
    """Every row of a file of counts as a run; one that is there already is not made again.

    Raises:
        InputError: a file or a row that makes no sense; nothing is stored.
    """
    import numpy as np

    rows = read_counts(file)
    judges = Judges.of(registry)
    return [
        _imported(record, scored, np.arange(len(scored.y), dtype=np.uint64), judges, store)
        for record, scored in rows
    ]


def import_predictions(
    claim: Claim,
    registry: Registry,
    home: Home,
    store: Store,
    context: Context,
    *,
    known: KnownFit | None = None,
) -> Run:
    """Predictions as a run on the dataset's own events; void where a guard says so.

    `known` is what is known of the model's fit, if anything.

    Raises:
        BenchError: an unknown dataset, or a file that does not fit it; nothing is stored.
    """
    guards = registry.guards
    demand_short(claim.file, model=claim.model, options=claim.options)
    demand_codes(claim.allow, guards)
    judges = Judges.of(registry)

    def opened_called(name: str) -> OpenedDataset:
        return OpenedDataset.of(registry.find(Dataset, name), claim.edition, home, context)

    if known:
        opened = OpenedDataset(known.dataset, known.source, known.table, known.table)
        matched = match(claim, opened.dataset, opened.source, opened.table)
    else:
        demand_told(claim)
        opened = opened_called(claim.dataset).within(claim.region)
        matched = match(claim, opened.dataset, opened.source, opened.whole)
        matched = _called(matched, opened, claim)
        known = told_fit(claim, matched, opened, opened_called)
        context.notice(_counted(matched, opened, known))
    matched = known.completed(matched) if known else matched

    def looked_at(key: str) -> Run:
        assert matched.record.sample is not None
        if known and not known.by_author:
            events = known.imported_sample(matched.ids)
        else:
            sample = matched.record.sample
            events = imported_events(matched.ids, opened.dataset, opened.table, sample, store)
            if known and known.fitted:
                events = replace(events, of_train=0)
        verdicts = let_through(inspect_imported(guards, matched, events, store, known), claim.allow)
        record = replace(matched.record, id=key, verdicts=verdicts)
        if voiding(verdicts):
            record = replace(record, status="void", error=str(VoidError(verdicts)))
        return _seal(record, matched.scored, matched.ids, judges, store, known=known)

    return once(store, _key(matched.record, judges, known), looked_at)[0]


def _called(matched: Matched, opened: OpenedDataset, claim: Claim) -> Matched:
    """The same, its events called as the sample that they are, with the weights of that.

    Raises:
        InputError: one that is not in the region.
    """
    if beyond := opened.beyond(matched.ids):
        raise InputError(
            f"{claim.file}: {beyond} of {len(matched.ids)} events are not in --region "
            f"{claim.region}; wanted scores of those alone that are"
        )
    events = opened.table.take(numbered(opened.table, matched.ids))
    sample = brought(opened.dataset, opened.source, opened.table, events)
    samples = likely(sample, opened.dataset)
    sample, weights = as_drawn(sample, events, opened.table, samples)
    record, scored = (
        replace(matched.record, sample=replace(sample, region=claim.region or "")),
        replace(matched.scored, weights=weights),
    )
    return replace(matched, record=record, scored=scored)


def _counted(matched: Matched, opened: OpenedDataset, known: KnownFit | None) -> str:
    """How many of the events are of which split, and how many the fit is known to have used."""
    counts = counts_by_split(opened.table, matched.ids)
    splits = ", ".join(f"{count} of the {split} split" for split, count in counts.items())
    text = f"{len(matched.ids)} scored events: {splits}"
    used = known.used_events.by_use if known else {}
    others = (f"{len(ids)} events {use}" for use, ids in used.items() if len(ids))
    return "; ".join([text, *others])


def _imported(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    judges: Judges,
    store: Store,
) -> Run:
    def sealed(key: str) -> Run:
        return _seal(replace(record, id=key), scored, ids, judges, store)

    return once(store, _key(record, judges), sealed)[0]


def _key(record: RunRecord, judges: Judges, known: KnownFit | None = None) -> str:
    """Of what was brought; what is written down beside it is no part of it."""
    brought = {name: value for name, value in asdict(record).items() if name != "values"}
    return digest([brought, judges.key(), *(known.content if known else ())])


def _seal(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    judges: Judges,
    store: Store,
    *,
    known: KnownFit | None = None,
) -> Run:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with store.claimed(record.created or now, record.id) as folder:
        samples: dict[str, tuple[Scored, object]] = {"evaluated": (scored, ids)}
        if known:
            known.write(folder)
            if valid := known.valid_scored(record):
                samples["valid"] = (valid, known.samples.tables["valid"].ids)
        write_scores(folder, samples)
        write_metrics(folder, judge(judges.metrics, scored))
        done = replace(
            record,
            verdicts=without_tracebacks(folder, record.verdicts),
            created=record.created or now,
            values=scores_digest(scored.score),
            versions=versions([CORE]),
            judged_with=judges.versions(),
        )
        demand_held()  # else the folder goes, and the other one's is waited for
        return store.seal(folder, done)
