"""The options of a run, for every command that takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click

from bench.api.errors import RequestError
from bench.data.sampling import Size, read_size

RUNS = click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    envvar="BENCH_RUNS",
    show_default=True,
    help="Folder of stored runs.",
)


def given_size(ctx: click.Context, param: click.Parameter, value: str | None) -> Size:
    """A number of events, or `all`; a callback of click.

    Raises:
        RequestError: something else.
    """
    try:
        return None if value is None else read_size(value)
    except RequestError as error:
        raise RequestError(f"{param.opts[0]} {error}") from error


def given_options(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """What `option=value` words say, by option; a callback of click.

    Raises:
        RequestError: another word.
    """
    given: dict[str, str] = {}
    for value in values:
        name, equals, content = (word.strip() for word in value.partition("="))
        if not equals or not name:
            raise RequestError(f"--set {value}: wanted option=value")
        if given.get(name, content) != content:
            raise RequestError(f"--set {value}: option {name!r} is {given[name]} already")
        given[name] = content
    return given


OF_DATASET = click.option(
    "--set",
    "options",
    multiple=True,
    callback=given_options,
    metavar="OPTION=VALUE",
    help="An option of the dataset, such as features=substructure; see `bench list DATASET`.",
)

SAMPLES = (
    click.option(
        "--edition",
        type=click.Choice(["official", "twin"]),
        help="The published file or our "
        "simulation of it.  [default: official if it is on this machine, else twin]",
    ),
    click.option(
        "--file", type=click.Path(path_type=Path), help="File to evaluate on, read as DATASET."
    ),
    click.option(
        "--train",
        metavar="DATASET",
        help="Dataset to fit on.  [default: the dataset's own "
        "choice: rd for the black boxes, else itself]",
    ),
    click.option(
        "--train-edition", type=click.Choice(["official", "twin"]), help="Edition to fit on."
    ),
    click.option(
        "--train-ratio",
        metavar="RATIO",
        default="1:1",
        show_default=True,
        help="Class ratio to fit at.",
    ),
    click.option(
        "--train-events",
        callback=given_size,
        metavar="N",
        help="Events to fit on, or all.  [default: as many as there are, up to 20000]",
    ),
    click.option(
        "--split",
        type=click.Choice(["test", "all"]),
        help="Split to evaluate on.  [default: test; all where nothing was fitted on that dataset]",
    ),
    click.option(
        "--ratio",
        help="Class ratio to evaluate at: natural, 1:1, 1:10, or all-signal (all "
        "signal, sampled background, weights back to the natural rate).  "
        "[default: 1:1 for rd, all-signal for black boxes]",
    ),
    click.option(
        "--events",
        callback=given_size,
        metavar="N",
        help="Events to evaluate on, or all; with all-signal the background events.  "
        "[default: as many as there are, up to 8000]",
    ),
)
"""What is fitted on and what is evaluated on."""

OPTIONS = (
    click.option("--plugin", help="Plugin whose model runs; see `bench list plugins`."),
    click.option("--dataset", help="Dataset to evaluate on; see `bench list datasets`."),
    *SAMPLES,
    click.option(
        "--encoder",
        "encoders",
        multiple=True,
        metavar="NAME",
        help="Encoder in place of the "
        "model's default one for the views it gives; can be given more than once.",
    ),
    click.option(
        "--set",
        "options",
        multiple=True,
        callback=given_options,
        metavar="OPTION=VALUE",
        help="An option of the model, an encoder or the datasets; see `bench list PART`. One that "
        "both datasets have is for both: evaluated.OPTION and train.OPTION are for one.",
    ),
    click.option(
        "--skip-bad-events",
        is_flag=True,
        help="Leave out invalid events of the dataset's file, counted, up to one in a thousand; "
        "the same as --set skip_bad_events=true.",
    ),
    click.option("--without", metavar="VIEW", help="Score without a view: numbers or texts."),
    click.option("--permute", metavar="VIEW", help="Score with a view shuffled between events."),
    click.option(
        "--from",
        "start",
        metavar="RUN",
        help="Go on from the fit of an earlier run of this plugin, on this sample and with these "
        "options.",
    ),
    click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the fit."
    ),
    click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1."),
    click.option(
        "--allow",
        multiple=True,
        metavar="CODE",
        help="Let the finding of a guard through, visibly; see `bench doctor`.",
    ),
    click.option(
        "--threshold",
        default="0.5",
        show_default=True,
        help="Called signal from here on; or fpr=RATE or best-sic, chosen on the valid split.",
    ),
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all the options that say what a run is, as `RunRequest` takes them."""

    @wraps(command)
    def asked(*args: Any, skip_bad_events: bool, **rest: Any) -> Any:
        if skip_bad_events:
            said = rest["options"].get("skip_bad_events", "true")
            if said.lower() != "true":
                raise RequestError(f"--skip-bad-events beside --set skip_bad_events={said}")
            rest["options"] = {**rest["options"], "skip_bad_events": "true"}
        return command(*args, **rest)

    return _with(asked, OPTIONS)


def sample_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is fitted on and what is evaluated on."""
    return _with(command, SAMPLES)


def _with(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    return reduce(lambda found, option: option(found), reversed(options), command)


def demand_named(plugin: str | None, dataset: str | None) -> None:
    """Refuse a run without a plugin or a dataset.

    Raises:
        RequestError: which one is missing.
    """
    for name, given, kind in (("plugin", plugin, "plugins"), ("dataset", dataset, "datasets")):
        if not given:
            raise RequestError(f"no --{name}; `bench list {kind}` shows what there is")
