"""A study: a TOML file that names many runs, which are done one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from bench.api.errors import RequestError
from bench.metrics.floors import Floor
from bench.plugins.protocols import demand_protocol
from bench.plugins.registry import load_registry
from bench.running.parts import resolve_parts
from bench.running.protocols import with_protocol, with_seeds
from bench.running.study_file import (
    INJECT,
    ONE_OR_MORE,
    SEEDS,
    SIZES,
    TRAIN_EVENTS,
    VARY,
    Entry,
    read_file,
    wrong,
)
from bench.storage.extras import NotInstalledError
from bench.storage.report_contents import PLAIN, Contents, vector_formats
from bench.storage.request import LOOK, NAMES, RunRequest, read_size

if TYPE_CHECKING:
    from bench.plugins.registry import Registry
    from bench.running.parts import RunParts

DEEPEST = 4
"""Tables within tables of options; parts and options have two."""
APART = (SEEDS, VARY)
"""Keys that are no options of a run."""
STUDY = "study.toml"
"""What a study's file is called in the folder of its report."""


@dataclass(frozen=True)
class Study:
    """Runs, and results of other tools, under one title."""

    title: str
    runs: tuple[RunRequest, ...]
    counts: tuple[Path, ...] = ()
    """Files of bare counts to import."""
    contents: Contents = PLAIN
    """What the report is to hold."""
    places: tuple[str, ...] = ()
    """Where each run stands: `study.toml, run 3`."""

    def resolved(self, registry: Registry) -> list[RunParts]:
        """The parts of each run.

        Raises:
            RequestError: what cannot work, with where it stands.
        """
        every = []
        for place, request in zip(self.places, self.runs, strict=True):
            try:
                every.append(resolve_parts(request, registry))
            except NotInstalledError:
                raise
            except RequestError as error:
                raise RequestError(f"{place}: {error}") from error
        return every

    def quick(self) -> Study:
        """The same as quick runs, none on more events than such take; each of these once."""
        quick = [one.as_quick() for one in self.runs]
        first = {repr(one): place for place, one in reversed(list(enumerate(quick)))}
        rows = sorted(first.values())
        contents = replace(self.contents, title=f"{self.title} (quick)")
        runs, places = [quick[row] for row in rows], [self.places[row] for row in rows]
        return replace(self, runs=tuple(runs), counts=(), contents=contents, places=tuple(places))


def read_study(file: Path) -> Study:
    """The study in a file.

    Raises:
        RequestError: no such file, no TOML, an unknown key or a value of another type.
    """
    said = read_file(file)
    if not (said.runs or said.counts):
        raise RequestError(
            f"{file}: no runs; wanted [[runs]] with a plugin each, or counts = [FILE]"
        )
    placed = [
        (replace(request, file=_beside(file, place, request.file)), place)
        for number, entry in enumerate(said.runs, 1)
        for place in [f"{file}, run {number}"]
        for request in requests_of(place, _filled(said.defaults, entry))
    ]
    title = " ".join(said.title.split()) if said.title is not None else file.parent.name
    held = msgspec.structs.asdict(said.report)
    try:
        contents = Contents(title, **held | {"formats": vector_formats(said.report.formats)})
    except RequestError as error:
        raise RequestError(f"{file}, report, formats: {error}") from error
    try:
        contents = replace(contents, floor=held["floor"] and str(Floor.read(held["floor"])))
    except RequestError as error:
        raise RequestError(f"{file}, report, floor: {error}") from error
    return Study(
        title,
        tuple(request for request, _ in placed),
        tuple(_counts(file, name) for name in said.counts),
        contents,
        tuple(place for _, place in placed),
    )


def _beside(study: Path, place: str, file: Path | None) -> Path | None:
    """The file that a run names: beside the study, else from where the command is typed.

    Raises:
        RequestError: it is at neither place.
    """
    if file is None or (study.parent / file).is_file():
        return file and study.parent / file
    if not file.is_file():
        raise RequestError(f"{place}, file: {str(file)!r}: no such file, here or beside the study")
    return file


def _counts(study: Path, name: str) -> Path:
    """A file of counts, which lies beside the study.

    Raises:
        RequestError: it does not.
    """
    if not (study.parent / name).is_file():
        raise RequestError(f"{study}, counts: {study.parent / name}: No such file")
    return study.parent / name


def _filled(defaults: Entry, entry: Entry) -> dict[str, Any]:
    """An entry with the defaults of what it does not say; a seed is said in place of seeds too."""
    given = {name: v for name in (*NAMES, *APART) if (v := getattr(entry, name)) is not UNSET}
    apart = {"seed", SEEDS} if {"seed", SEEDS} & given.keys() else set()
    usual = {name: getattr(defaults, name) for name in (*NAMES, *APART) if name not in apart}
    return {**{name: value for name, value in usual.items() if value is not UNSET}, **given}


def requests_of(
    where: str, given: Mapping[str, Any], registry: Registry | None = None
) -> list[RunRequest]:
    """The runs of one entry: each way to vary it, on each size, by each seed, at each look.

    What a protocol sets is filled in, by the parts in `registry` or those that are installed.

    Raises:
        RequestError: no plugin or dataset, or a value that makes no sense, with `where` it stands.
    """
    if "protocol" not in given:
        return _requests(where, given)
    registry = registry or load_registry()
    try:
        given = with_seeds(given, demand_protocol(str(given["protocol"]), registry))
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from error
    every = _requests(where, given)
    try:
        return [with_protocol(one, registry)[0] for one in every]
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from error


def _requests(where: str, given: Mapping[str, Any]) -> list[RunRequest]:
    if {"seed", SEEDS} <= given.keys():
        raise RequestError(f"{where}: wanted seed = 0 or seeds = [0, 1, 2], not both")
    if missing := [name for name in ("plugin", "dataset") if name not in given]:
        raise RequestError(f"{where}: no {missing[0]}")
    values = {NAMES[name]: value for name, value in given.items() if name not in APART}
    values["options"] = dict(_options(where, values.get("options", {})))
    for name in ONE_OR_MORE & values.keys():
        values[name] = [values[name]] if isinstance(values[name], str) else values[name]
    for name in SIZES:
        if name in values:
            values[name] = _sizes(f"{where}: {name}", values[name])
    if "threshold" in values:
        values["threshold"] = _text(values["threshold"])
    if LOOK in values:
        look = values[LOOK]
        values[LOOK] = [*map(_text, look)] if isinstance(look, list) else _text(look)
    seeds = _each(f"{where}: {SEEDS}", given.get(SEEDS, [given.get("seed", 0)]))
    sizes = _each(f"{where}: {TRAIN_EVENTS}", values.get(TRAIN_EVENTS))
    looks = _each(f"{where}: {LOOK}", values.get(LOOK))
    injected = _each(f"{where}: {INJECT}", values.get(INJECT))
    varied = _varied(where, given.get(VARY, {}), values["options"])
    lists = product(varied, sizes, injected, seeds, looks)
    try:
        return [
            msgspec.convert(
                {
                    **values,
                    **{"options": more, TRAIN_EVENTS: size, INJECT: signal, "seed": seed},
                    LOOK: look,
                },
                RunRequest,
                dec_hook=_path,
            )
            for more, size, signal, seed, look in lists
        ]
    except msgspec.ValidationError as error:
        raise RequestError(f"{where}{wrong(str(error))}") from error


def _varied(
    where: str, given: Mapping[str, Any], options: Mapping[str, str]
) -> list[dict[str, str]]:
    """The options of an entry with each way to choose one of each list.

    Raises:
        RequestError: no list, an empty one, or an option that is set as well.
    """
    lists = dict(_flat(where, VARY, given))
    for name, values in lists.items():
        if not isinstance(values, list):
            raise RequestError(f"{where}, {VARY}, {name}: wanted a list of what is tried in turn")
        if name in options:
            raise RequestError(f"{where}, {VARY}: option {name!r} is set as well")
    each = [_each(f"{where}, {VARY}, {n}", [*map(_text, v)]) for n, v in lists.items()]
    return [{**options, **dict(zip(lists, chosen, strict=True))} for chosen in product(*each)]


def _sizes(where: str, given: int | str | list[int | str]) -> Any:
    """A number of events or `all` as a request has it, or a list of such."""
    if isinstance(given, list):
        return [_sizes(where, one) for one in given]
    try:
        return read_size(str(given))
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from error


def _each(where: str, given: Any) -> list[Any]:
    """What is tried in turn: the members of a list, or the one value."""
    if not isinstance(given, list):
        return [given]
    if not given:
        raise RequestError(f"{where}: an empty list; wanted at least one")
    if twice := [one for place, one in enumerate(given) if one in given[:place]]:
        raise RequestError(f"{where}: {twice[0]} is there twice")
    return given


def _path(kind: type, value: str) -> Path:
    """What msgspec has no type for: the one path of a request."""
    return Path(value)


def _options(where: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Options as they would be typed."""
    for name, value in _flat(where, "set", given):
        yield name, _text(value)


def _flat(
    where: str, key: str, given: Mapping[str, Any], of: str = ""
) -> Iterator[tuple[str, Any]]:
    """Options by their names; `train.signal` is a table within a table to TOML.

    Raises:
        RequestError: a table without an option in it, or one that is nested too deeply.
    """
    for name, value in given.items():
        if isinstance(value, Mapping):
            if not value:
                raise RequestError(f"{where}, {key}, {of}{name}: an empty table; wanted a value")
            if of.count(".") >= DEEPEST:
                raise RequestError(f"{where}, {key}: nested too deeply; wanted PART.OPTION = VALUE")
            yield from _flat(where, key, value, f"{of}{name}.")
        else:
            yield f"{of}{name}", value


def _text(value: object) -> str:
    """An option's value as it would be typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
