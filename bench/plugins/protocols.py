"""The protocols that packages of datasets bring along, each in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from importlib import resources
from math import isfinite
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError, RequestError, did_you_mean
from bench.api.parts import Dataset
from bench.metrics.floors import Floor
from bench.storage.protocol import Protocol, PublishedFigure
from bench.storage.region import Region

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from bench.plugins.registry import Registry

FOLDER = "protocols"
"""In the package of a dataset, with a file NAME.toml for each."""


def protocols_of(registry: Registry) -> dict[str, Protocol]:
    """Every protocol by its name.

    Raises:
        InputError: a file that says something else, or a name that two packages have.
    """
    entries = registry.all(Dataset).values()
    packages = dict.fromkeys(entry.part.__module__.partition(".")[0] for entry in entries)
    known: dict[str, Protocol] = {}
    for package in packages:
        for file in _files(package):
            protocol = read_protocol(file.name.removesuffix(".toml"), file.read_bytes(), file)
            if protocol.name in known:
                raise InputError(f"{file}: there is another protocol {protocol.name!r} already")
            known[protocol.name] = protocol
    return dict(sorted(known.items()))


def demand_protocol(name: str, registry: Registry) -> Protocol:
    """The protocol of a name.

    Raises:
        RequestError: there is none.
        InputError: a file that says something else.
    """
    known = protocols_of(registry)
    if name not in known:
        raise RequestError(f"no protocol {name!r}; {did_you_mean(name, known)}")
    return known[name]


def read_protocol(name: str, content: bytes, where: object) -> Protocol:
    """A protocol as its file says it.

    Raises:
        InputError: no TOML, an unknown key, a value of another type, or no floor.
    """
    import msgspec

    try:
        said = {"name": name, **msgspec.toml.decode(content)}
        _demand_known(said, Protocol, where)
        for place, figure in enumerate(said.get("published", []), 1):
            _demand_known(figure, PublishedFigure, f"{where}, published {place}")
        protocol = msgspec.convert(said, Protocol)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError, TypeError) as error:
        raise InputError(f"{where}: {error}") from error
    _demand_sound(protocol, where)
    return protocol


def _demand_sound(protocol: Protocol, where: object) -> None:
    """Refuse numbers that make no sense, and what is no floor or region.

    Raises:
        InputError: what is wrong, and where.
    """
    try:
        Floor.read(protocol.floor or "none")
        if protocol.region:
            Region.read(protocol.region)
    except RequestError as error:
        raise InputError(f"{where}: {error}") from error
    counts = {"seeds": protocol.seeds, "events": protocol.events}
    counts |= {f"background of {one.who}": one.background for one in protocol.published}
    for name, count in counts.items():
        if count is not None and count < 1:
            raise InputError(f"{where}: {name} = {count}; wanted 1 or more")
    for one in protocol.published:
        share = 1.0 if one.efficiency is None else one.efficiency
        if not (isfinite(one.value) and 0 < share <= 1):
            raise InputError(f"{where}: {one.who}: wanted a number, at an efficiency from 0 to 1")


def _files(package: str) -> Iterator[Traversable]:
    with suppress(TypeError, ModuleNotFoundError):  # a module that is a single file has none
        folder = resources.files(package) / FOLDER
        if folder.is_dir():
            yield from sorted(
                (one for one in folder.iterdir() if one.name.endswith(".toml")),
                key=lambda one: one.name,
            )


def _demand_known(said: Mapping[str, Any], kind: type, where: object) -> None:
    known = [each.name for each in fields(kind)]
    for key in said:
        if key not in known:
            raise InputError(f"{where}: no key {key!r}; {did_you_mean(key, known)}")
