"""`bench data compare`: two files of events against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import OF_DATASET, given_size

if TYPE_CHECKING:
    from bench.api.parts import Dataset
    from bench.plugins.registry import PluginEntry
    from bench.storage.request import Size
    from bench.twosample.sides import Chosen, Side


@click.command("compare", short_help="Tell how like two files of events are.")
@click.argument("a")
@click.argument("b")
@click.option(
    "--dataset",
    help="What they are files of.  [default: the installed datasets are asked in turn]",
)
@click.option(
    "--class",
    "chosen",
    type=click.Choice(["background", "signal", "all"]),
    default="background",
    show_default=True,
    help="Which events; with all, a difference of the class ratio is one of the events.",
)
@OF_DATASET
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the page there, with figures of every feature and a table of them.",
)
@click.option(
    "--events",
    callback=given_size,
    metavar="N",
    help="Most events of each, chosen by their hashes.  [default: every one]",
)
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    default=5,
    show_default=True,
    help="Fits of the classifier, each asked of the events that it has not seen.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the folds."
)
def compare(
    a: str,
    b: str,
    dataset: str | None,
    chosen: Chosen,
    options: Mapping[str, str],
    output: Path | None,
    events: Size,
    folds: int,
    seed: int,
) -> None:
    """Compare the events of A and B: how true a twin is to the official events.

    A and B are each a file, or an edition of the dataset: official, twin or imported. A classifier
    of boosted trees tries to tell them apart by all features, and by each group of them; its AUC
    has a 95 % interval, and where that holds 0.5 they cannot be told apart by so many events. Every
    feature is compared alone too (Kolmogorov-Smirnov), the worst first. Events that both hold are
    named and left out of one of them. Weights of events are ignored.

    With -o FOLDER: compare.md, figures/ (every feature of both over each other with Poisson errors
    and their ratio), features.csv.

    \b
    bench data compare official twin --set features=substructure -o twin-against-official
    """
    from bench.cli.data.named import in_turn
    from bench.cli.surroundings import context
    from bench.plugins.options import build
    from bench.report.markdown import markdown
    from bench.storage.extras import demand_libraries
    from bench.storage.home import Home
    from bench.storage.request import ALL
    from bench.twosample.blocks import summary, tables
    from bench.twosample.comparison import compare as compared
    from bench.twosample.page import demand_own, write_page
    from bench.twosample.sides import open_side, pair_up

    demand_libraries("sklearn", "threadpoolctl", *(["matplotlib"] if output else []))
    if output:
        demand_own(output)
    home = Home.here()
    surroundings = context(home)

    def opened(entry: PluginEntry[Dataset]) -> list[Side]:
        part = build(entry.part, options)
        return [
            open_side(word, part, entry.distribution, surroundings, home.tables) for word in (a, b)
        ]

    sides = in_turn(dataset, "open", opened, "--dataset")
    if sides[0].title == sides[1].title:
        sides = [replace(side, title=word) for side, word in zip(sides, (a, b), strict=True)]
    pair = pair_up(sides[0], sides[1], chosen, folds, None if events == ALL else events)
    comparison = compared(pair, folds, seed, surroundings)
    click.echo(markdown([*tables(comparison, short=True), *summary(comparison)]).rstrip())
    if output:
        click.echo(f"written to {write_page(comparison, output)}", err=True)
