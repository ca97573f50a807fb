"""The options of a run for every command that takes them, made from the fields of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from functools import reduce, wraps
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from bench.api.errors import RequestError
from bench.cli.completing import OF_FIELDS
from bench.metrics.floors import Floor
from bench.plugins.options import Option, options_of
from bench.storage.request import RunRequest, SampleRequest, Size, read_size
from bench.storage.typed import RUNS as RUNS_VARIABLE
from bench.storage.typed import USUAL

RUNS = click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(USUAL),
    envvar=RUNS_VARIABLE,
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


def given_once(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> str | None:
    """What an option that is said once says, by whichever of its names; a callback of click.

    Raises:
        RequestError: it says two things.
    """
    if len(set(values)) > 1:
        names = f"{' and '.join(param.opts)} {'are' if len(param.opts) > 1 else 'is'}"
        raise RequestError(f"{names} one option: {' or '.join(values)}?")
    return values[0] if values else None


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


def given_floor(ctx: click.Context, param: click.Parameter, value: str | None) -> Floor | None:
    """A floor of the maximum SIC; a callback of click.

    Raises:
        RequestError: something else.
    """
    try:
        return None if value is None else Floor.read(value)
    except RequestError as error:
        raise RequestError(f"{param.opts[0]}: {error}") from error


FLOOR = click.option(
    "--floor",
    callback=given_floor,
    metavar="FLOOR",
    help="What a threshold has to leave of the background to count for the max SIC: '100 events', "
    "'fpr 1.84e-5' or more, 'fpr above 1e-4', or none.  [default: that of the runs' protocol, else "
    "25 events]",
)
SEEDS = click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="A run for each of N seeds, from --seed on; the table is over them.",
)
OF_DATASET = click.option(
    "--set",
    "options",
    multiple=True,
    callback=given_options,
    metavar="OPTION=VALUE",
    help="An option of the dataset, such as features=substructure; see `bench list DATASET`.",
)
SKIP_BAD_EVENTS = click.option(
    "--skip-bad-events",
    is_flag=True,
    help="Leave out invalid events of the dataset's file, counted, up to one in a thousand; "
    "the same as --set skip_bad_events=true.",
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all the options that say what a run is, as `RunRequest` takes them."""

    @wraps(command)
    def with_shortcut(*args: Any, skip_bad_events: bool, **rest: Any) -> Any:
        if skip_bad_events:
            value = rest["options"].get("skip_bad_events", "true")
            if value.lower() != "true":
                raise RequestError(f"--skip-bad-events beside --set skip_bad_events={value}")
            rest["options"] = {**rest["options"], "skip_bad_events": "true"}
        return command(*args, **rest)

    first = ("plugin", "dataset")
    made = _click_options(RunRequest)
    ordered = [*(made[name] for name in first), *(o for n, o in made.items() if n not in first)]
    return _with(with_shortcut, [*ordered, SKIP_BAD_EVENTS])


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that runs of several models may have in common."""
    apart = ("plugin", "encoders", "without", "permute", "start", "look")
    made = _click_options(RunRequest)
    return _with(command, [option for name, option in made.items() if name not in apart])


OF_LABELS = ("labels", "inject", "against", "sidebands", "seed")
"""What says which labels are fitted by."""


def sample_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is fitted on and what is evaluated on."""
    made = _click_options(RunRequest)
    names = [each.name for each in fields(SampleRequest) if each.name != "dataset"]
    return _with(command, [made[name] for name in (*names, *OF_LABELS)])


def _click_options(request: type) -> dict[str, Callable[..., Any]]:
    """An option of the command line for each field of a request, by the field's name."""
    options = zip(fields(request), options_of(request), strict=True)
    return {each.name: _click_option(each, option) for each, option in options}


def _click_option(each: Field[Any], option: Option) -> Callable[..., Any]:
    name = (each.metadata.get("name") or each.name).replace("_", "-")
    metavar = each.metadata.get("metavar") or None
    settings: dict[str, Any] = {"help": " ".join(option.help.split()), "metavar": metavar}
    kind = [k for k in get_args(option.kind) if k is not type(None)] or [option.kind]
    if option.kind == Size:
        settings["callback"] = given_size
    elif get_origin(option.kind) is Mapping:
        settings |= {"multiple": True, "callback": given_options}
    elif get_origin(option.kind) is Sequence:
        settings["multiple"] = True
    elif kind[0] is int:
        settings["type"] = click.IntRange(min=0)
    elif option.kind is bool:
        return click.option(f"--{name}", each.name, is_flag=True, help=settings["help"])
    elif get_origin(kind[0]) is Literal:
        settings["type"] = click.Choice(get_args(kind[0]))
    elif kind[0] is Path:
        settings["type"] = click.Path(path_type=Path)
    if each.default not in (None, MISSING, ()):
        settings |= {"default": each.default, "show_default": True}
    if completes := OF_FIELDS.get(each.name):
        settings["shell_complete"] = completes
    also = each.metadata.get("also")
    names = [f"--{name}", *([f"--{also}"] if also else [])]
    if also or each.metadata.get("once"):
        settings |= {"multiple": True, "callback": given_once}
    return click.option(*names, each.name, **settings)


def _with(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)


def was_said(name: str) -> bool:
    """Whether an option of the command under way was typed, and not left to its default."""
    from click.core import ParameterSource

    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def demand_named(plugin: str | None, dataset: str | None) -> None:
    """Refuse a run without a plugin or a dataset.

    Raises:
        RequestError: which one is missing.
    """
    for name, given, kind in (("plugin", plugin, "plugins"), ("dataset", dataset, "datasets")):
        if not given:
            raise RequestError(f"no --{name}; `bench list {kind}` shows what there is")
