"""`bench list`: what there is, and what is wrong with a plugin that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.cli.options import RUNS
from bench.plugins.options import options_of
from bench.plugins.registry import Offer, Shelf, load_shelf

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
    """List plugins, datasets, encoders, models, metrics or runs; or a part's options by its name.

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
        offers = sorted(shelf.all(KINDS[what]).values(), key=lambda o: o.part.name)
        _aligned((offer.part.name, _first_line(offer.part)) for offer in offers)
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
    _aligned(
        (plugin, f"{where[plugin].distribution} {where[plugin].version}", ", ".join(parts))
        for plugin, parts in sorted(by_plugin.items())
    )


def _options(name: str, shelf: Shelf) -> None:
    every = [(what, offer) for what, kind in KINDS.items() for offer in shelf.all(kind).values()]
    found = [(what, offer) for what, offer in every if offer.part.name == name]
    found = found or [(what, offer) for what, offer in every if offer.plugin == name]
    if not found:
        names = {name for _, offer in every for name in (offer.plugin, offer.part.name)}
        known = [*KINDS, "plugins", "runs", *names]
        raise RequestError(f"nothing called {name!r}; {did_you_mean(name, known)}")
    for what, offer in found:
        click.echo(f"{what[:-1]} {offer.part.name}: {_first_line(offer.part)}")
        for option in options_of(offer.part):
            choices = f"{'|'.join(option.choices)}: " if option.choices else ""
            click.echo(f"  {option.name}={option.default}  {choices}{option.help}")


def _runs(folder: Path) -> None:
    from bench.storage.store import Store

    _aligned(
        (
            run.name,
            run.record.status,
            f"{sample.label} {sample.part} {sample.size}"
            if (sample := run.record.sample)
            else run.record.dataset,
            run.record.title,
        )
        for run in Store(folder).runs()
    )


def _aligned(rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns as wide as they have to be, the last one as it is."""
    told = list(rows)
    widths = [max(map(len, column)) for column in list(zip(*told, strict=True))[:-1]]
    for *first, last in told:
        cells = [f"{text:<{width}}" for text, width in zip(first, widths, strict=True)]
        click.echo("  ".join([*cells, last]))


def _first_line(part: type[Part]) -> str:
    return (part.__doc__ or "").strip().partition("\n")[0]
