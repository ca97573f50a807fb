"""`bench list`: what there is, and what is wrong with a plugin that is not there."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import RUNS
from bench.errors import RequestError, did_you_mean
from bench.options import options_of
from bench.parts import Dataset, Encoder, Metric, Model, Part
from bench.plugins import Offer, Shelf, load_shelf

KINDS: dict[str, type[Part]] = {
    "datasets": Dataset,
    "encoders": Encoder,
    "models": Model,
    "metrics": Metric,
}


@click.command(
    "list", short_help="What there is: plugins, datasets, encoders, models, metrics, runs."
)
@click.argument("what", default="plugins", metavar="[WHAT]")
@RUNS
def command(what: str, runs: Path) -> None:
    """List plugins, datasets, encoders, models, metrics or runs; or the options of one part.

    \b
    bench list
    bench list models
    bench list llm-nfa
    """
    if what == "runs":
        _runs(runs)
        return
    shelf = load_shelf()
    if what == "plugins":
        _plugins(shelf)
    elif what in KINDS:
        for offer in sorted(shelf.all(KINDS[what]).values(), key=lambda o: o.part.name):
            click.echo(f"{offer.part.name:<18} {_first_line(offer.part)}")
    else:
        _options(what, shelf)
    for trouble in shelf.troubles:
        click.echo(f"not there: {trouble.plugin}: {trouble.reason}", err=True)


def _plugins(shelf: Shelf) -> None:
    by_plugin: dict[str, list[str]] = {}
    where: dict[str, Offer[Part]] = {}
    for kind, name in ((kind, name) for name, kind in KINDS.items()):
        for offer in shelf.all(kind).values():
            where[offer.plugin] = offer
            by_plugin.setdefault(offer.plugin, []).append(f"{name[:-1]} {offer.part.name}")
    for plugin, parts in sorted(by_plugin.items()):
        offer = where[plugin]
        click.echo(f"{plugin:<14} {offer.distribution} {offer.version}: {', '.join(parts)}")


def _options(name: str, shelf: Shelf) -> None:
    found = [
        (what, shelf.all(kind)[name]) for what, kind in KINDS.items() if name in shelf.all(kind)
    ]
    if not found:
        known = [
            *KINDS,
            "plugins",
            "runs",
            *(n for kind in KINDS.values() for n in shelf.all(kind)),
        ]
        raise RequestError(f"nothing called {name!r}; {did_you_mean(name, known)}")
    for what, offer in found:
        click.echo(f"{what[:-1]} {name}: {_first_line(offer.part)}")
        for option in options_of(offer.part):
            choices = f"{'|'.join(option.choices)}: " if option.choices else ""
            click.echo(f"  {option.name}={option.default}  {choices}{option.help}")


def _runs(folder: Path) -> None:
    from bench.store import Store

    for run in Store(folder).runs():
        record = run.record
        sample = f"{record.sample.label} {record.sample.size}" if record.sample else record.dataset
        click.echo(
            f"{run.name}  {record.status:<11} {record.plugin:<10} {sample}, seed {record.seed}"
        )


def _first_line(part: type[Part]) -> str:
    return (part.__doc__ or "").strip().partition("\n")[0]
