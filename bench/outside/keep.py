"""Outside results into the store: judged by the same metrics, sealed like any run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.fingerprint import code_digest, digest
from bench.guards.codes import demand_codes
from bench.guards.inspect import let_through, voiding
from bench.guards.moments import VoidError
from bench.options import build, options_in
from bench.outcome import judge
from bench.outside.counts import read_counts
from bench.outside.events import brought_events
from bench.outside.looking import look_at
from bench.outside.predictions import Claim, match
from bench.parts import Dataset, Metric
from bench.store import Run, Store, write_metrics, write_scores
from bench.tables import load_table

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench.context import Context
    from bench.home import Home
    from bench.plugins import Shelf
    from bench.record import RunRecord
    from bench.scored import Scored


def import_counts(file: Path, shelf: Shelf, store: Store) -> list[Run]:
    """Every row of a file of counts as a run; one that is there already is not made again.

    Raises:
        InputError: a file or a row that makes no sense; nothing is stored.
    """
    import numpy as np

    found = read_counts(file)
    metrics = _metrics(shelf)
    return [
        _keep(record, scored, np.arange(len(scored.y), dtype=np.uint64), metrics, store)
        for record, scored in found
    ]


def import_predictions(
    claim: Claim, shelf: Shelf, home: Home, store: Store, context: Context
) -> Run:
    """A file of predictions as a run on the dataset's own events; void where a guard says so.

    Raises:
        BenchError: an unknown dataset, or a file that does not fit it; nothing is stored.
    """
    demand_codes(claim.allow)
    offer = shelf.find(Dataset, claim.dataset)
    part = build(offer.part, {})
    source = part.open(claim.edition, None, context)
    table, _ = load_table(part, offer.distribution, source, context, home.tables)
    matched, metrics = match(claim, part, source, table), _metrics(shelf)
    key = _key(matched.record, metrics)
    if earlier := store.find(key):
        return earlier
    assert matched.record.sample is not None
    brought = brought_events(matched.ids, part, table, matched.record.sample, store)
    verdicts = let_through(look_at(matched, brought, store), claim.allow)
    record = replace(matched.record, id=key, verdicts=verdicts)
    if voiding(verdicts):
        record = replace(record, status="void", error=str(VoidError(verdicts)))
    return _seal(record, matched.scored, matched.ids, metrics, store)


def _metrics(shelf: Shelf) -> list[Metric]:
    return [build(offer.part, {}) for offer in shelf.all(Metric).values()]


def _keep(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    metrics: Sequence[Metric],
    store: Store,
) -> Run:
    key = _key(record, metrics)
    return store.find(key) or _seal(replace(record, id=key), scored, ids, metrics, store)


def _key(record: RunRecord, metrics: Sequence[Metric]) -> str:
    judged_by = [(m.name, options_in(m), code_digest(type(m))) for m in metrics]
    return digest([asdict(record), judged_by])


def _seal(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    metrics: Sequence[Metric],
    store: Store,
) -> Run:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = replace(record, created=record.created or now)
    folder = store.claim(record.created, record.id)
    write_scores(folder, {"evaluated": (scored, ids)})
    write_metrics(folder, judge(metrics, scored))
    return store.seal(folder, record)
