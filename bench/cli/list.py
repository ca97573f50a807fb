"""`bench list`: what there is, and what is wrong with a plugin that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from bench.api.asking import Formatter
from bench.api.errors import RequestError, did_you_mean
from bench.api.guard import Guard
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.cli.completing import listed
from bench.cli.options import RUNS
from bench.cli.protocols_listed import PROTOCOLS, described_protocol, rows_of_protocols
from bench.plugins.options import options_of
from bench.plugins.protocols import protocols_of
from bench.plugins.registry import PluginEntry, Registry, load_registry
from bench.storage.typed import typed

KINDS: dict[str, type[Part]] = {
    "datasets": Dataset,
    "encoders": Encoder,
    "models": Model,
    "metrics": Metric,
    "guards": Guard,
    "formatters": Formatter,
}
FEW = 12
"""Parts of a kind that a plugin's line names; more of them are counted."""


@click.command("list")
@click.argument("what", default="plugins", metavar="[WHAT]", shell_complete=listed)
@click.option(
    "--clear",
    is_flag=True,
    help="With runs: remove what ended without a word.",
)
@click.option(
    "--follow",
    is_flag=True,
    help="With runs: go on, with a line for each that begins or ends, until Ctrl-C.",
)
@RUNS
def command(what: str, clear: bool, follow: bool, runs: Path) -> None:
    """List plugins, datasets, encoders, models, metrics, guards, formatters, protocols or runs.

    Or what a part or a protocol is, by its name.

    A run that is under way is listed as running. One that ended without a word, as when the
    machine went down, is listed as ended, and --clear removes its folder.

    \b
    bench list
    bench list models
    bench list llm-nfa
    """
    if clear and what != "runs":
        raise RequestError(f"--clear is of runs alone: {typed('bench', 'list', 'runs', '--clear')}")
    if follow and (what != "runs" or clear):
        way = typed("bench", "list", "runs", "--follow")
        raise RequestError(f"--follow is of runs alone, and removes none: {way}")
    if what == "runs":
        from bench.cli.runs_listed import follow_runs, rows_of
        from bench.storage.store import Store

        store = Store(runs)
        if follow:
            follow_runs(store)
        _aligned(rows_of(store, clear))
        return
    registry = load_registry()
    if what == "plugins":
        _plugins(registry)
    elif what == PROTOCOLS:
        _aligned(rows_of_protocols(registry))
    elif what in KINDS:
        entries = sorted(registry.all(KINDS[what]).values(), key=lambda o: o.part.name)
        _aligned((entry.part.name, _first_line(entry.part)) for entry in entries)
    else:
        _options(what, registry)
    for problem in registry.problems:
        click.echo(f"not there: {problem.plugin}: {problem.reason}", err=True)


def _plugins(registry: Registry) -> None:
    where: dict[str, str] = {}
    offered: dict[str, dict[str, list[str]]] = {}
    for kinds, kind in KINDS.items():
        for entry in registry.all(kind).values():
            where[entry.plugin] = f"{entry.distribution} {entry.version}"
            offered.setdefault(entry.plugin, {}).setdefault(kinds, []).append(entry.part.name)
    _aligned((plugin, where[plugin], _counted(parts)) for plugin, parts in sorted(offered.items()))


def _counted(parts: Mapping[str, Sequence[str]]) -> str:
    """The parts of one plugin by kind: their names, or how many where they are many."""
    texts = []
    for kinds, names in parts.items():
        many = len(names) > FEW
        texts += [f"{len(names)} {kinds}"] if many else [f"{kinds[:-1]} {name}" for name in names]
    return ", ".join(texts)


def _options(name: str, registry: Registry) -> None:
    matches = parts_called(name, registry)
    protocols = {} if matches else protocols_of(registry)
    if name in protocols:
        click.echo("\n".join(described_protocol(protocols[name])))
    elif not matches:
        known = [*KINDS, "plugins", "runs", PROTOCOLS, *protocols, *names_of_parts(registry)]
        raise RequestError(f"nothing called {name!r}; {did_you_mean(name, known)}")
    for what, entry in matches:
        click.echo("\n".join(described(what, entry.part)))


def parts_called(name: str, registry: Registry) -> list[tuple[str, PluginEntry[Part]]]:
    """The parts of this name, else those of the plugin of this name, each with its kind."""
    every = [(what, entry) for what, kind in KINDS.items() for entry in registry.all(kind).values()]
    matches = [(what[:-1], entry) for what, entry in every if entry.part.name == name]
    return matches or [(what[:-1], entry) for what, entry in every if entry.plugin == name]


def names_of_parts(registry: Registry) -> set[str]:
    """The names of all parts and plugins."""
    entries = [entry for kind in KINDS.values() for entry in registry.all(kind).values()]
    return {name for entry in entries for name in (entry.plugin, entry.part.name)}


def described(what: str, part: type[Part]) -> Iterator[str]:
    """What a part is, and a line for each of its options."""
    yield f"{what} {part.name}: {_first_line(part)}"
    for option in options_of(part):
        choices = f"{'|'.join(option.choices)}: " if option.choices else ""
        yield f"  {option.name}={option.default}  {choices}{option.help}"


def _aligned(rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns as wide as they have to be; a library would cost a twentieth of the list."""
    every = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for row in every:
        click.echo("  ".join(map(str.ljust, row, widths)).rstrip())


def _first_line(part: type[Part]) -> str:
    return (part.__doc__ or "").strip().partition("\n")[0]
