"""`bench clean`: what the bench keeps on disk, and what of it may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.api.errors import RequestError, did_you_mean
from bench.cli.completing import kept_kinds
from bench.cli.options import RUNS

if TYPE_CHECKING:
    from bench.storage.holdings import Holding
    from bench.storage.home import Home
    from bench.storage.store import Store

UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0}
"""Days of each."""


def _days(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """An age such as 30d in days; a callback of click.

    Raises:
        RequestError: it is none.
    """
    if value is None:
        return None
    if not (match := re.fullmatch(r"(\d+)([hdw])", value.strip())):
        raise RequestError(f"{param.opts[0]} {value}: wanted an age such as 30d, 12h or 8w")
    return int(match[1]) * UNITS[match[2]]


@click.command("clean")
@click.argument("kinds", nargs=-1, metavar="[KIND]...", shell_complete=kept_kinds)
@click.option(
    "--older-than",
    "days",
    metavar="AGE",
    callback=_days,
    help="Only what was not used for so long: 30d, 12h, 8w.",
)
@click.option("--unused", is_flag=True, help="Only what nothing here will use again.")
@click.option("--dry-run", is_flag=True, help="Remove nothing; show what would go.")
@RUNS
def command(
    kinds: tuple[str, ...], days: float | None, unused: bool, dry_run: bool, runs: Path
) -> None:
    """Show what the home and the folder of runs hold, by kind and size; remove what is asked for.

    Without a kind or --unused nothing is removed. What can be removed is made again when it is
    wanted, which may take hours, but for records of failed runs. Good runs and data are never
    removed by this command; nor is what a process has locked, or may be at work with.

    Unused is what killed processes left, tables and smoke fits made with other versions than are
    installed, and, where `fits` are named, those of no run in the folder of runs: there may be
    other folders of runs.

    \b
    bench clean
    bench clean fits --unused --dry-run
    bench clean fits interrupted --older-than 30d
    """
    from bench.storage.holdings import KINDS, STAY, holdings, with_runs
    from bench.storage.home import Home
    from bench.storage.store import Store
    from bench.storage.typed import typed

    for kind in kinds:
        if kind not in KINDS or kind in STAY:
            hint = did_you_mean(kind, [name for name in KINDS if name not in STAY])
            raise RequestError(f"nothing to clean called {kind!r}; {STAY.get(kind, hint)}")
    home, store = Home.here(), Store(runs)
    held = with_runs(holdings(home, store), store)
    if not kinds and not unused:
        if days is not None:
            words = ("bench", "clean", "fits", "--older-than", f"{days * 24:.0f}h", "--dry-run")
            raise RequestError(
                f"--older-than: of which kinds? such as `{typed(*words, runs=runs)}`"
            )
        click.echo(_overview(held, home, store))
        return
    chosen = [
        one
        for one in held
        if (one.kind in kinds or (not kinds and one.kind not in {"fits", *STAY}))
        and (days is None or one.days() >= days)
        and (not unused or one.unused)
    ]
    _remove(chosen, dry_run)


def _overview(held: Sequence[Holding], home: Home, store: Store) -> str:
    """A row a kind: how many, how large, how much of it is unused; and how both are locked."""
    from tabulate import tabulate

    from bench.plan.page import size_text
    from bench.storage.holdings import KINDS
    from bench.storage.locks import kind_in_words
    from bench.storage.store import LOCKS

    rows = []
    for kind, what in KINDS.items():
        own = [one for one in held if one.kind == kind]
        idle = [one for one in own if one.unused]
        oldest = f"{max(one.days() for one in own):.0f} d" if own else ""
        size, unused = (size_text(sum(one.size for one in some)) for some in (own, idle))
        rows.append(
            (kind, what, len(own) or "", size if own else "", unused if idle else "", oldest)
        )
    headings = ("kind", "what", "number", "size", "unused", "oldest")
    total = size_text(sum(one.size for one in held))
    head = f"{total} in {home.root} and {store.root}"
    table = tabulate(rows, headings, "pipe", disable_numparse=True)
    kinds = kind_in_words(home.fits), kind_in_words(store.root / LOCKS)
    locks = f"locks: {kinds[0]} in {home.root}, {kinds[1]} in {store.root}"
    return "\n".join([head, "", table, "", locks])


def _remove(chosen: Sequence[Holding], dry_run: bool) -> None:
    from bench.plan.page import size_text
    from bench.storage.machine import MachineError
    from bench.storage.removal import InUseError, remove

    gone, left = 0, 0
    for one in chosen:
        about = f"{one.kind} {one.path.name}, {size_text(one.size)}, used {one.days():.0f} d ago"
        try:
            remove(one, dry=dry_run)
        except (InUseError, MachineError, OSError) as error:
            left += 1
            click.echo(f"left alone: {about}: {error}", err=True)
            continue
        gone += one.size
        click.echo(f"{'would go' if dry_run else 'removed'}: {about}{_why(one)}")
    verb = "would be free" if dry_run else "are free again"
    click.echo(f"{size_text(gone)} {verb}, {len(chosen) - left} of {len(chosen)}")


def _why(one: Holding) -> str:
    return f", {one.unused}" if one.unused else ""
