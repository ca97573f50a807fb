"""`--on` of commands that bring events: their work falls into pieces, for many workers at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.storage.home import Home

ON = click.option(
    "--on",
    "where",
    metavar="WHERE",
    help="Share the work out, and make the features too: local or local:4 on this machine, "
    "tcp://HOST:PORT or the file of a Dask scheduler on its workers, which share BENCH_HOME.",
)


@contextmanager
def shared_out(where: str | None, home: Home, surroundings: Context) -> Iterator[Context]:
    """The surroundings, whose work in pieces is done there; as they are where nobody says where.

    Raises:
        RequestError: no such place.
    """
    from bench.running.on_dask import executor_on
    from bench.running.piecework import Piecework
    from bench.storage.extras import demand_cluster

    if where is None:
        yield surroundings
        return
    demand_cluster()
    with executor_on(where, surroundings.notice) as executor:
        yield replace(surroundings, spread=Piecework(executor, home))


def make_features(
    name: str,
    edition: str | None,
    home: Home,
    surroundings: Context,
    options: Mapping[str, str] | None = None,
) -> None:
    """Make the features that a run with these options of the dataset reads.

    Raises:
        BenchError: a file that is not what it should be.
    """
    from bench.api.parts import Dataset
    from bench.data.feature_cache import load_table
    from bench.plugins.options import build
    from bench.plugins.registry import load_registry

    entry = load_registry().find(Dataset, name)
    dataset = build(entry.part, options or {})
    source = dataset.open(edition, None, surroundings)
    table, reused = load_table(dataset, entry.distribution, source, surroundings, home.tables)
    how = "its features are there" if reused else "made its features"
    surroundings.notice(f"{name} ({source.edition}): {len(table)} events, {how}")
