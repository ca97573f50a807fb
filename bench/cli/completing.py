"""What a shell may complete: names of parts, runs and options, found without a heavy library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bench.api.errors import BenchError

if TYPE_CHECKING:
    import click

    from bench.plugins.registry import Registry

    Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]

NEWEST = 400
"""Runs whose models are looked up; of more, only the folders' names."""
PLUGIN = re.compile(rb'"plugin": ?"([^"\\]+)"')
"""The first of a record is that of the run."""
RECORD = "run.json"


def plugins(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Plugins with a model."""
    from bench.api.parts import Model

    return _beginning(begun, (e.plugin for e in _registry().all(Model).values()))


def several_plugins(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """The same, after those that stand before the last comma."""
    before, comma, last = begun.rpartition(",")
    return [f"{before}{comma}{name}" for name in plugins(ctx, param, last)]


def datasets(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Datasets."""
    from bench.api.parts import Dataset

    return _beginning(begun, _registry().all(Dataset))


def encoders(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Encoders."""
    from bench.api.parts import Encoder

    return _beginning(begun, _registry().all(Encoder))


def protocols(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Protocols."""
    from bench.plugins.protocols import protocols_of

    return _beginning(begun, protocols_of(_registry()))


def guards(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Codes of guards."""
    return _beginning(begun, (guard.code for guard in _registry().guards))


def parts(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Every part and plugin."""
    return _beginning(begun, _names(_registry()))


def runs(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Names that runs go by: models and imports first, then folders, the newest first."""
    folders, models = _runs(ctx)
    return _beginning(begun, models) + _beginning(begun, folders, keep=True)


def things(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """What `bench show` shows."""
    return list(dict.fromkeys([*parts(ctx, param, begun), *runs(ctx, param, begun)]))


def listed(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """What `bench list` lists."""
    kinds = ("plugins", "datasets", "encoders", "models", "metrics", "guards", "protocols", "runs")
    return [*_beginning(begun, kinds, keep=True), *parts(ctx, param, begun)]


def kept_kinds(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """What `bench clean` removes."""
    from bench.storage.holdings import KINDS, STAY

    return _beginning(begun, (kind for kind in KINDS if kind not in STAY), keep=True)


def options(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """`option=` of the parts that are named before, or of every part where none is."""
    from bench.plugins.options import options_of

    if "=" in begun:
        return []
    said = [ctx.params.get(name) for name in ("plugin", "dataset", "train")]
    named = {name for name in (*said, *(ctx.params.get("encoders") or ())) if name}
    entries = [e for by_name in _registry().entries.values() for e in by_name.values()]
    chosen = [e for e in entries if {e.plugin, e.part.name} & named] if named else entries
    names = {option.name for entry in chosen for option in options_of(entry.part)}
    return _beginning(begun, (f"{name}=" for name in names))


OF_FIELDS: dict[str, Completer] = {
    "plugin": plugins,
    "dataset": datasets,
    "train": datasets,
    "encoders": encoders,
    "options": options,
    "start": runs,
    "allow": guards,
    "protocol": protocols,
}
"""What completes the options of a run, by the fields of its request."""


def _registry() -> Registry:
    """All parts; none where they cannot be had, as a completion has nobody to tell."""
    from bench.plugins.registry import Registry, load_registry

    try:
        return load_registry()
    except BenchError:
        return Registry()


def _names(registry: Registry) -> Iterator[str]:
    for by_name in registry.entries.values():
        for name, entry in by_name.items():
            yield from (name, entry.plugin)


def _runs(ctx: click.Context) -> tuple[list[str], list[str]]:
    """The folders of runs, the newest first, and the plugins of the newest of them."""
    root = Path(ctx.params.get("runs") or "runs")
    try:
        folders = sorted((f.name for f in root.iterdir() if f.name[:1] != "."), reverse=True)
    except OSError:
        return [], []
    models = []
    for name in folders[:NEWEST]:
        try:
            match = PLUGIN.search((root / name / RECORD).read_bytes())
        except OSError:
            continue
        if match:
            models.append(match[1].decode(errors="replace"))
    return folders, list(dict.fromkeys(models))


def _beginning(begun: str, names: Iterable[str], *, keep: bool = False) -> list[str]:
    """Those that begin so, by the alphabet, or in the order that they have."""
    fits = [name for name in dict.fromkeys(names) if name.startswith(begun)]
    return fits if keep else sorted(fits)
