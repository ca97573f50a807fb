"""`bench show`: a run, a part or a dataset, by the name that a person would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.completing import things
from bench.cli.options import RUNS

if TYPE_CHECKING:
    from bench.api.parts import Part
    from bench.plugins.registry import PluginEntry, Registry
    from bench.storage.store import Run, Store

VIEWS = {"reads": "reads", "produces": "gives", "reads_if_given": "reads if given"}


@click.command("show")
@click.argument("thing", metavar="THING", shell_complete=things)
@RUNS
def command(thing: str, runs: Path) -> None:
    """Show what there is to know of a run, a part or a dataset.

    Of a run, named by its folder or by the name that an import was given: every figure, what the
    guards found, and the command that repeats it. Of a part, such as a model or an encoder: what it
    reads or gives, and its options. Of a dataset: what it is, and the runs on it.

    \b
    bench show rd
    bench show llm-nfa
    """
    from bench.cli.list import parts_called
    from bench.plugins.registry import load_registry
    from bench.storage.store import Store
    from bench.workbench.shown import shown

    store, registry = Store(runs), load_registry()
    entries = parts_called(thing, registry)
    if entries and store.named(thing) is None:
        every = list(store.runs())
        blocks = [[*_part(what, entry), *_runs(entry.part, every)] for what, entry in entries]
        click.echo("\n\n".join("\n".join(block) for block in blocks))
    else:
        click.echo(shown(_run(thing, store, registry)))


def _run(name: str, store: Store, registry: Registry) -> Run:
    """The run of a name.

    Raises:
        RequestError: there is neither a run nor a part of it.
    """
    from bench.api.errors import RequestError, did_you_mean
    from bench.cli.list import names_of_parts

    try:
        (run,) = store.pick([name])
    except RequestError as error:
        hint = did_you_mean(name, names_of_parts(registry))
        raise RequestError(f"{error}; and no part is called so, {hint}") from error
    return run


def _part(what: str, entry: PluginEntry[Part]) -> Iterator[str]:
    from bench.api.errors import BenchError
    from bench.api.parts import Dataset, Model
    from bench.cli.list import described
    from bench.plugins.options import build

    part = entry.part
    first, *options = described(what, part)
    yield first
    yield f"  of plugin {entry.plugin}, {entry.distribution} {entry.version}"
    for attribute, verb in VIEWS.items():
        if views := getattr(part, attribute, None):
            yield f"  {verb} {', '.join(sorted(views))}"
    if issubclass(part, Model):
        default = part.encoder
        yield f"  by default with {default if isinstance(default, str) else ', '.join(default)}"
    if issubclass(part, Dataset):
        yield f"  models are fitted on {part.train or part.name}, evaluated at ratio {part.ratio}"
        with suppress(BenchError):
            build(part, {}).card()
            yield f"  where it is from: bench data card {part.name}"
    yield "options:" if options else "no options"
    yield from options


def _runs(part: type[Part], every: list[Run]) -> Iterator[str]:
    """How many runs there are of a model or on a dataset, and the newest."""
    from bench.storage.typed import typed

    of = [
        run
        for run in every
        if part.name in (run.record.plugin, run.record.dataset)
        or (run.record.model and run.record.model.name == part.name)
    ]
    if not of:
        return
    counts = Counter(run.record.sample.label if run.record.sample else "no events" for run in of)
    yield f"runs: {', '.join(f'{count} on {label}' for label, count in sorted(counts.items()))}"
    newest = typed("bench", "show", of[-1].name, runs=of[-1].folder.parent)
    yield f"the newest: {newest}"
