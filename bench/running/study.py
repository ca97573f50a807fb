"""A study: a TOML file that names many runs, which are done one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

import msgspec
from msgspec import UNSET, UnsetType

from bench.api.errors import RequestError, did_you_mean
from bench.plugins.options import options_of
from bench.storage.report_contents import PLAIN, Contents, vector_formats
from bench.storage.request import LOOK, NAMES, RunRequest, Size, read_size

SEEDS, TRAIN_EVENTS = "seeds", "train_events"
LISTS = f"only {SEEDS}, {TRAIN_EVENTS} and {LOOK} may list what is tried in turn"
STUDY = "study.toml"
"""What a study's file is called in the folder of its report."""
UNKNOWN = re.compile(r"Object contains unknown field `(.+?)`(?: - at `\$\.?(.*)`)?")
KINDS = re.compile(r"`([^`]+)`")
IN_TOML = {
    **{"object": "a table", "array": "a list", "str": "a text", "bool": "true or false"},
    **{"int": "a whole number", "float": "a number"},
}
PLACE = re.compile(r" - at `\$\.?(.*)`$")

FIELDS = {option.name: option.kind for option in options_of(RunRequest)}
SIZES = [name for name, kind in FIELDS.items() if kind == Size]
"""Fields that are a number of events, or a word."""


def _in_toml(name: str) -> Any:
    """The type of a field as a study says it; what has none of its own in TOML is a text."""
    kind = FIELDS[name]
    if name in (TRAIN_EVENTS, LOOK):
        return int | str | list[int | str]
    if name in SIZES:
        return int | str
    if name == "threshold":  # a number, or a rule by its name
        return str | float
    plain = {Mapping: dict[str, Any], Sequence: list[str]}.get(get_origin(kind) or kind, str)
    return kind if kind in (int, bool) else plain


if TYPE_CHECKING:
    Entry = Any
else:
    Entry = msgspec.defstruct(
        "Entry",
        [
            *((name, _in_toml(of) | UnsetType, UNSET) for name, of in NAMES.items()),
            (SEEDS, list[int] | UnsetType, UNSET),
        ],
        forbid_unknown_fields=True,
    )


class ReportTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[report]`: what the report is to hold beside the usual."""

    decisions: bool = False
    blocks: bool = False
    by_valid: bool = False
    formats: list[str] = []


class StudyFile(msgspec.Struct, forbid_unknown_fields=True):
    """What the file may say."""

    title: str | None = None
    counts: list[str] = []
    report: ReportTable = msgspec.field(default_factory=ReportTable)
    defaults: Entry = msgspec.field(default_factory=Entry)
    runs: list[Entry] = []


@dataclass(frozen=True)
class Study:
    """Runs, and results of other tools, under one title."""

    title: str
    runs: tuple[RunRequest, ...]
    counts: tuple[Path, ...] = ()
    """Files of bare counts to import."""
    contents: Contents = PLAIN
    """What the report is to hold."""

    def quick(self) -> Study:
        """The same as quick runs, none on more events than such take; each of these once."""
        runs = tuple({repr(one): one for one in map(RunRequest.as_quick, self.runs)}.values())
        contents = replace(self.contents, title=f"{self.title} (quick)")
        return replace(self, runs=runs, counts=(), contents=contents)


def read_study(file: Path) -> Study:
    """The study in a file.

    Raises:
        RequestError: no such file, no TOML, an unknown key or a value of another type.
    """
    try:
        said = msgspec.toml.decode(file.read_bytes(), type=StudyFile)
    except OSError as error:
        raise RequestError(f"{file}: {error.strerror or error}") from error
    except msgspec.ValidationError as error:
        raise RequestError(f"{file}{_wrong(str(error))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"{file}: not TOML: {error}") from error
    if not (said.runs or said.counts):
        raise RequestError(
            f"{file}: no runs; wanted [[runs]] with a plugin each, or counts = [FILE]"
        )
    requests = [
        request
        for number, entry in enumerate(said.runs, 1)
        for request in requests_of(f"{file}, run {number}", _filled(said.defaults, entry))
    ]
    title = said.title if said.title is not None else file.parent.name
    held = msgspec.structs.asdict(said.report)
    contents = Contents(title, **held | {"formats": vector_formats(said.report.formats)})
    return Study(
        title, tuple(requests), tuple(file.parent / name for name in said.counts), contents
    )


def _wrong(error: str) -> str:
    """What msgspec says of a file, with the place in words."""
    if unknown := UNKNOWN.fullmatch(error):
        name, place = unknown[1], unknown[2] or ""
        known = {"": StudyFile, "report": ReportTable}.get(place, Entry).__struct_fields__
        return f"{_place(place)}: no key {name!r}; {did_you_mean(name, known)}"
    place = PLACE.search(error)
    kinds = KINDS.sub(lambda match: _kinds(match[1]), PLACE.sub("", error))
    hint = f"; {LISTS}" if kinds.endswith(f"got {IN_TOML['array']}") else ""
    return f"{_place(place[1] if place else '')}: {kinds.replace('Expected', 'wanted')}{hint}"


def _kinds(names: str) -> str:
    """Types as TOML has them: `int | null` is a whole number."""
    words = [IN_TOML.get(name, name) for name in names.split(" | ") if name != "null"]
    return " or ".join(words)


def _place(path: str) -> str:
    """`runs[0].seed` in words: `, run 1, seed`."""
    entry = re.match(r"runs\[(\d+)\]\.?", path)
    words = [f"run {int(entry[1]) + 1}", path[entry.end() :]] if entry else [path]
    return "".join(f", {word}" for word in words if word)


def _filled(defaults: Entry, entry: Entry) -> dict[str, Any]:
    """An entry with the defaults of what it does not say; a seed is said in place of seeds too."""
    given = {name: v for name in (*NAMES, SEEDS) if (v := getattr(entry, name)) is not UNSET}
    apart = {"seed", SEEDS} if {"seed", SEEDS} & given.keys() else set()
    usual = {name: getattr(defaults, name) for name in (*NAMES, SEEDS) if name not in apart}
    return {**{name: value for name, value in usual.items() if value is not UNSET}, **given}


def requests_of(where: str, given: Mapping[str, Any]) -> list[RunRequest]:
    """The runs of one entry: one for each look of each of its seeds on so many train events.

    Raises:
        RequestError: no plugin or dataset, or a value that makes no sense, with `where` it stands.
    """
    if {"seed", SEEDS} <= given.keys():
        raise RequestError(f"{where}: wanted seed = 0 or seeds = [0, 1, 2], not both")
    if missing := [name for name in ("plugin", "dataset") if name not in given]:
        raise RequestError(f"{where}: no {missing[0]}")
    values = {NAMES[name]: value for name, value in given.items() if name != SEEDS}
    values["options"] = dict(_options(values.get("options", {})))
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
    try:
        return [
            msgspec.convert(
                {**values, TRAIN_EVENTS: size, "seed": seed, LOOK: look}, RunRequest, dec_hook=_path
            )
            for size, seed, look in product(sizes, seeds, looks)
        ]
    except msgspec.ValidationError as error:
        raise RequestError(f"{where}{_wrong(str(error))}") from error


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


def _options(given: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, str]]:
    """Options as they would be typed; `train.signal` is a table within a table to TOML."""
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from _options(value, f"{of}{name}.")
        else:
            yield f"{of}{name}", _text(value)


def _text(value: object) -> str:
    """An option's value as it would be typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
