"""What the file of a study may say, and in words what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec
from msgspec import UNSET, UnsetType

from bench.api.errors import RequestError, did_you_mean
from bench.plugins.options import options_of
from bench.storage.request import LOOK, NAMES, RunRequest, Size

SEEDS, TRAIN_EVENTS, INJECT, VARY = "seeds", "train_events", "inject", "vary"
LISTS = f"only {SEEDS}, {TRAIN_EVENTS}, {INJECT} and {LOOK}, and {VARY}, may list what is tried"
LARGEST = 10_000_000
"""Bytes of a study's file; no person writes a larger one."""
UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$\.?(.*)`)?", re.DOTALL)
CHOICE = re.compile(r"Invalid enum value '?(.*?)'?", re.DOTALL)
KINDS = re.compile(r"`([^`]+)`")
IN_TOML = {
    **{"object": "a table", "array": "a list", "str": "a text", "bool": "true or false"},
    **{"int": "a whole number", "float": "a number", "date": "a date", "time": "a time"},
    **{"datetime": "a time"},
}
PLACE = re.compile(r" - at `\$\.?(.*)`$")

FIELDS = {option.name: option.kind for option in options_of(RunRequest)}
ONE_OR_MORE = {name for name, kind in FIELDS.items() if get_origin(kind) is Sequence}
"""Fields that are a list of words, or one word."""
SIZES = [name for name, kind in FIELDS.items() if kind == Size]
"""Fields that are a number of events, or a word."""


def _in_toml(name: str) -> Any:
    """The type of a field as a study says it; what has none of its own in TOML is a text."""
    kind = FIELDS[name]
    if name in (TRAIN_EVENTS, LOOK):
        return int | str | list[int | str]
    if name == INJECT:
        return int | list[int]
    if name in SIZES:
        return int | str
    if name == "threshold":  # a number, or a rule by its name
        return str | float
    plain = {Mapping: dict[str, Any], Sequence: str | list[str]}.get(get_origin(kind) or kind, str)
    return kind if kind in (int, bool) else plain


if TYPE_CHECKING:
    Entry = Any
else:
    Entry = msgspec.defstruct(
        "Entry",
        [
            *((name, _in_toml(of) | UnsetType, UNSET) for name, of in NAMES.items()),
            (SEEDS, list[int] | UnsetType, UNSET),
            (VARY, dict[str, Any] | UnsetType, UNSET),
        ],
        forbid_unknown_fields=True,
    )


class ReportTable(msgspec.Struct, forbid_unknown_fields=True):
    """`[report]`: what the report is to hold beside the usual."""

    decisions: bool = False
    blocks: bool = False
    by_valid: bool = False
    formats: list[str] = []
    floor: str = ""


class StudyFile(msgspec.Struct, forbid_unknown_fields=True):
    """What the file may say."""

    title: str | None = None
    counts: list[str] = []
    report: ReportTable = msgspec.field(default_factory=ReportTable)
    defaults: Entry = msgspec.field(default_factory=Entry)
    runs: list[Entry] = []


def read_file(file: Path) -> StudyFile:
    """What a study's file says.

    Raises:
        RequestError: no such file, no TOML, an unknown key or a value of another type.
    """
    try:
        if file.exists() and not file.is_dir() and not file.is_file():
            raise RequestError(f"{file}: not a regular file")
        if file.is_file() and file.stat().st_size > LARGEST:
            raise RequestError(f"{file}: larger than {LARGEST // 10**6} MB; wanted a study in TOML")
        content = file.read_bytes().removeprefix(b"\xef\xbb\xbf")  # as some editors begin a file
        return msgspec.toml.decode(content, type=StudyFile)
    except OSError as error:
        raise RequestError(f"{file}: {error.strerror or error}") from error
    except msgspec.ValidationError as error:
        raise RequestError(f"{file}{wrong(str(error))}") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{file}: not TOML, which is UTF-8: {error}") from error
    except RecursionError as error:
        raise RequestError(f"{file}: nested too deeply; wanted tables as in a study") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise RequestError(f"{file}: not TOML: {error}") from error


def wrong(error: str) -> str:
    """What msgspec says of a file, with the place in words."""
    if unknown := UNKNOWN.fullmatch(error):
        name, place = unknown[1], unknown[2] or ""
        known = {"": StudyFile, "report": ReportTable}.get(place, Entry).__struct_fields__
        return f"{_place(place)}: no key {name!r}; {did_you_mean(name, known)}"
    place = PLACE.search(error)
    if choice := CHOICE.fullmatch(PLACE.sub("", error)):
        field = place[1].rpartition(".")[2] if place else ""
        choices = [one for kind in get_args(FIELDS.get(field)) for one in get_args(kind) or [kind]]
        hint = did_you_mean(choice[1], [one for one in choices if isinstance(one, str)])
        return f"{_place(place[1] if place else '')}: no {choice[1]!r}; {hint}"
    kinds = KINDS.sub(lambda match: _kinds(match[1]), PLACE.sub("", error))
    single = "a table" not in kinds and kinds.endswith(f"got {IN_TOML['array']}")
    hint = f"; {LISTS}" if single else ""
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
