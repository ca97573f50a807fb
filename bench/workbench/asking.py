"""What is asked for in Python, as the requests that the command line and studies make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError, did_you_mean
from bench.data.requested_samples import events_request
from bench.running.study import requests_of
from bench.running.study_file import SEEDS
from bench.storage.request import NAMES, SampleRequest
from bench.storage.weak import DATA

if TYPE_CHECKING:
    from bench.storage.request import RunRequest

SAMPLE = frozenset(each.name for each in fields(SampleRequest))
FITTED_BY = frozenset({"labels", "inject", "against", "sidebands"})
"""What says what the labels of the train and the valid events are."""
OPTIONS = "set"
"""What options are called on the command line."""


def run_requests(
    plugin: str, dataset: str, seeds: int | Iterable[int] | None, said: Mapping[str, Any]
) -> list[RunRequest]:
    """The runs that are asked for: one for each seed, 0 to `seeds` - 1 if that is a number.

    Raises:
        RequestError: an unknown word, or a value that makes no sense.
    """
    given = _named(said)
    if isinstance(seeds, int) and seeds < 1:
        raise RequestError(f"seeds={seeds}: wanted a number from 1 on, or a list of seeds")
    if seeds is not None:
        given[SEEDS] = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    requests = requests_of("run", {"plugin": plugin, "dataset": dataset, **given})
    if any(replace(one, seed=requests[0].seed) != requests[0] for one in requests):
        raise RequestError("run: only seeds are tried in turn; wanted one value of each other word")
    return requests


def sample_request(
    dataset: str, said: Mapping[str, Any]
) -> tuple[SampleRequest, Mapping[str, str]]:
    """The samples that are asked for, and the options of the datasets.

    Raises:
        RequestError: an unknown word, or a value that makes no sense.
    """
    given = _named(said)
    seeded = {"seed"} if given.get("labels") == DATA else set()
    for name in given:
        if NAMES[name] not in SAMPLE | FITTED_BY | seeded and name != OPTIONS:
            raise RequestError(f"events: {name} is of a run, and these are the events alone")
    (request,) = requests_of("events", {"plugin": "none", "dataset": dataset, **given})
    return events_request(request), request.options


def _named(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, by the names that studies have for it; None says nothing."""
    attributes = {attribute: name for name, attribute in NAMES.items()}
    named = {}
    for word, value in said.items():
        name = attributes.get(word, word)
        if name not in NAMES:
            raise RequestError(f"no {word!r}; {did_you_mean(word, attributes)}")
        if value is not None:
            named[name] = _plain(value)
    return named


def _plain(value: Any) -> Any:
    """A value as TOML has it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value
