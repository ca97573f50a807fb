"""The runs of a folder as `bench list runs` shows them, those under way among them."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from bench.storage.typed import typed

if TYPE_CHECKING:
    from bench.storage.record import RunRecord
    from bench.storage.store import Store

Row = tuple[str, ...]
EVERY = 2.0
"""Seconds between two looks at a folder."""


def follow_runs(store: Store) -> None:
    """Print each run when it begins and when it ends, until somebody interrupts."""
    shown: set[Row] = set()
    sealed = {run.name: _row(run.name, run.record.status, run.record) for run in store.runs()}
    while True:
        for path in store.root.glob("[!.]*"):  # a record that is sealed never changes
            if path.name not in sealed and (run := store.named(path.name)):
                sealed[run.name] = _row(run.name, run.record.status, run.record)
        rows = {*sealed.values(), *_unsealed(store, sealed, clear=False)[0]}
        for row in sorted(rows - shown):
            click.echo("  ".join(row))
        shown |= rows
        time.sleep(EVERY)


def rows_of(store: Store, clear: bool) -> list[Row]:
    """A row a run: its name, how it stands, its sample, its title.

    What ended without a word is removed if it is to be; that there is such is said.
    """
    sealed = {run.name: _row(run.name, run.record.status, run.record) for run in store.runs()}
    rows, ended = _unsealed(store, sealed, clear=clear)
    if ended and not clear:
        way = typed("bench", "list", "runs", "--clear", runs=store.root)
        runs = "a run" if ended == 1 else f"{ended} runs"
        click.echo(f"{runs} ended without a word; `{way}` removes what is left of it", err=True)
    return sorted([*sealed.values(), *rows])


def _unsealed(store: Store, sealed: Collection[str], *, clear: bool) -> tuple[list[Row], int]:
    """A row a run that is not among the sealed ones, and how many ended without a word."""
    from bench.storage.holdings import unsealed
    from bench.storage.removal import InUseError, remove

    rows, ended = [], 0
    for one in unsealed(store, sealed):
        begun = store.begun(one.path)
        try:
            remove(one, dry=not clear)
        except InUseError:
            # without its lock nobody can tell, until nothing was written for a day
            rows.append(_row(one.path.name, "running" if one.lock else "running?", begun))
            continue
        ended += 1
        if clear:
            click.echo(f"removed: {one.path}, which ended without a word", err=True)
        else:
            rows.append(_row(one.path.name, "ended", begun))
    return rows, ended


def _row(name: str, status: str, record: RunRecord | None) -> Row:
    """A run as it is listed; of one that was killed at its very beginning nothing is known."""
    if record is None:
        return (name, status, "", "")
    sample = record.sample
    on = f"{sample.label} {sample.part} {sample.size}" if sample else record.dataset
    return (name, status, on, record.title)
