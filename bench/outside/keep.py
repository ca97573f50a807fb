"""Outside results into the store: judged by the same metrics, sealed like any run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.fingerprint import code_digest, digest, versions_of
from bench.options import build, options_in
from bench.outcome import judge
from bench.outside.counts import read_counts
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
    """A file of predictions as a run on the dataset's own events.

    Raises:
        BenchError: an unknown dataset, or a file that does not fit it; nothing is stored.
    """
    offer = shelf.find(Dataset, claim.dataset)
    part = build(offer.part, {})
    source = part.open(claim.edition, None, context)
    table, _ = load_table(part, offer.distribution, source, context, home.tables)
    matched = match(claim, part, source, table)
    return _keep(matched.record, matched.scored, matched.ids, _metrics(shelf), store)


def _metrics(shelf: Shelf) -> list[Metric]:
    return [build(offer.part, {}) for offer in shelf.all(Metric).values()]


def _keep(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    metrics: Sequence[Metric],
    store: Store,
) -> Run:
    judged_by = [(m.name, options_in(m), code_digest(type(m))) for m in metrics]
    # what is written down beside what was brought is no part of it
    brought = {name: value for name, value in asdict(record).items() if name != "values"}
    key = digest([brought, judged_by])
    if found := store.find(key):
        return found
    with store.alone(key):
        if found := store.find(key):  # another process has kept it meanwhile
            return found
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = replace(
            record,
            id=key,
            created=record.created or now,
            values=scored.digest,
            versions=versions_of("classifier-bench"),
        )
        folder = store.claim(record.created, key)
        write_scores(folder, {"evaluated": (scored, ids)})
        write_metrics(folder, judge(metrics, scored))
        return store.seal(folder, record)
