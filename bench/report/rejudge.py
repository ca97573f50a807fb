"""The scores packed beside a report, judged by the metrics that are here now."""

from __future__ import annotations

from dataclasses import replace
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.api.scores import Estimate
from bench.report.page import write_report
from bench.running.judging import Judges, judge
from bench.storage.archive import Packed, contents_of, read_packed, unpack, write_packed
from bench.storage.fingerprint import digest
from bench.storage.store import Metrics, Run, Store

ROUNDING = 1e-9
"""Relative; another machine's arithmetic gives figures that differ by less."""


def rejudge(folder: Path, judges: Judges) -> tuple[int, int]:
    """Judge the packed runs of a report anew, without their models, and write the report over them.

    Gives how many of how many runs have another figure or note than before. The threshold of each
    run stays as it was. A figure that no metric here makes stays, and so does one that differs by
    rounding alone.

    Raises:
        DamagedError: the packed runs cannot be read.
    """
    contents, packed = contents_of(folder), read_packed(folder)
    with TemporaryDirectory() as scratch:
        runs = unpack(folder, Store(Path(scratch)))
        after = [_judged(one, run, judges) for one, run in zip(packed, runs, strict=True)]
    if after != packed:
        write_packed(folder, after)
    with TemporaryDirectory() as scratch:
        write_report(unpack(folder, Store(Path(scratch))), folder, contents)
    return sum(one != other for one, other in zip(packed, after, strict=True)), len(packed)


def _judged(one: Packed, run: Run, judges: Judges) -> Packed:
    """A packed run with the figures of now, under another key, as others judged it."""
    if one.metrics is None:
        return one
    was, now = one.metrics.estimates, judge(judges.metrics, run.scored())
    estimates = was | {name: _settled(was.get(name), e) for name, e in now.estimates.items()}
    if (estimates, now.counts) == (was, one.metrics.counts):
        return one
    record = replace(one.record, id=digest([one.record.id, judges.key()]))
    return replace(one, record=record, metrics=Metrics(estimates, now.counts))


def _settled(was: Estimate | None, now: Estimate) -> Estimate:
    """The new estimate, with the numbers as they were if they differ by rounding alone."""
    if was is None:
        return now
    pairs = zip((was.value, was.low, was.high), (now.value, now.low, now.high), strict=True)
    for old, new in pairs:
        same = old == new if old is None or new is None else isclose(old, new, rel_tol=ROUNDING)
        if not same:
            return now
    return replace(was, method=now.method, note=now.note)
