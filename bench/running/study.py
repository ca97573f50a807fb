"""A study: a TOML file that names many runs, which are done one after the other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.data.sampling import read_size
from bench.running.request import RunRequest
from bench.storage.report_contents import PLAIN, Contents

RENAMED = {"from": "start", "encoder": "encoders", "set": "options"}
"""What a study calls otherwise than a request does: as the command line calls it."""
SEEDS = "seeds"
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


def read_study(file: Path) -> Study:
    """The study in a file.

    Raises:
        RequestError: no such file, no TOML, an unknown key or a value of another type.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{file}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"{file}: not TOML: {error}") from error
    _demand_known(file, found, {"title", "defaults", "runs", "counts", "report"})
    defaults, listed = found.get("defaults", {}), found.get("runs", [])
    counts, contents = found.get("counts", []), found.get("report", {})
    if not isinstance(listed, list) or not isinstance(counts, list) or not (listed or counts):
        raise RequestError(
            f"{file}: no runs; wanted [[runs]] with a plugin each, or counts = [FILE]"
        )
    if not isinstance(defaults, Mapping) or not all(isinstance(r, Mapping) for r in listed):
        raise RequestError(f"{file}: wanted [defaults] and [[runs]], a table each")
    if not isinstance(contents, Mapping) or any(type(v) is not bool for v in contents.values()):
        raise RequestError(f"{file}: report: wanted decisions = true or blocks = true")
    _demand_known(f"{file}, report", contents, {"decisions", "blocks"})
    requests = [
        request
        for number, given in enumerate(listed, 1)
        for request in _requests(f"{file}, run {number}", _filled(defaults, given))
    ]
    title = found.get("title", file.parent.name)
    if not isinstance(title, str):
        raise RequestError(f"{file}: title: wanted a text, got {title!r}")
    beside = tuple(file.parent / str(name) for name in counts)
    return Study(title, tuple(requests), beside, Contents(title, **contents))


def _filled(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with the defaults of what it does not say; a seed is said in place of seeds too."""
    said = {"seed", SEEDS} if {"seed", SEEDS} & given.keys() else set()
    return {**{name: defaults[name] for name in defaults if name not in said}, **given}


def _requests(where: str, given: Mapping[str, Any]) -> list[RunRequest]:
    """The runs of one entry: one for each of its seeds."""
    import msgspec

    own = {field.name for field in fields(RunRequest)} - set(RENAMED.values())
    _demand_known(where, given, own | RENAMED.keys() | {SEEDS})
    seeds = given.get(SEEDS, [given.get("seed", 0)])
    if not isinstance(seeds, list) or not seeds or {"seed", SEEDS} <= given.keys():
        raise RequestError(f"{where}: wanted seed = 0, or seeds = [0, 1, 2] with at least one")
    values = {RENAMED.get(name, name): value for name, value in given.items() if name != SEEDS}
    options = values.get("options", {})
    if not isinstance(options, Mapping):
        raise RequestError(f"{where}: set: wanted a table of options")
    values["options"] = dict(_options(options))
    for name in ("events", "train_events"):
        if isinstance(word := values.get(name), str):
            try:
                values[name] = read_size(word)
            except RequestError as error:
                raise RequestError(f"{where}: {name}: {error}") from error
    if "threshold" in values:
        values["threshold"] = _text(values["threshold"])
    try:
        return [msgspec.convert({**values, "seed": seed}, RunRequest) for seed in seeds]
    except (msgspec.ValidationError, TypeError) as error:
        raise RequestError(f"{where}: {error}") from error


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


def _demand_known(where: object, given: Mapping[str, Any], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise RequestError(f"{where}: no key {name!r}; {did_you_mean(name, known)}")
