"""Outside results into the store: judged by the same metrics, sealed like any run."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.distributions import CORE, versions
from bench.fingerprint import digest
from bench.judging import Judges
from bench.options import build
from bench.outcome import judge
from bench.outside.counts import read_counts
from bench.outside.predictions import Claim, match
from bench.parts import Dataset
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
    judges = Judges.of(shelf)
    return [
        _keep(record, scored, np.arange(len(scored.y), dtype=np.uint64), judges, store)
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
    return _keep(matched.record, matched.scored, matched.ids, Judges.of(shelf), store)


def _keep(
    record: RunRecord,
    scored: Scored,
    ids: NDArray[np.uint64],
    judges: Judges,
    store: Store,
) -> Run:
    # what is written down beside what was brought is no part of it
    brought = {name: value for name, value in asdict(record).items() if name != "values"}
    key = digest([brought, judges.key()])
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
            versions=versions([CORE]),
        )
        folder = store.claim(record.created, key)
        write_scores(folder, {"evaluated": (scored, ids)})
        write_metrics(folder, judge(judges.metrics, scored))
        return store.seal(folder, replace(record, judged_with=judges.versions()))
