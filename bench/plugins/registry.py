"""Finding and loading plugins: one broken plugin is named with its reason and hides no other."""

from __future__ import annotations

import io
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import FunctionType, ModuleType
from typing import Any, Generic, TypeVar, cast

import pluggy

from bench.api import hookspecs
from bench.api.asking import Formatter
from bench.api.errors import RequestError, did_you_mean
from bench.api.guard import Guard
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.plugins.interruption import raise_if_users
from bench.plugins.limits import import_seconds, limited
from bench.plugins.packages import demand_packages, how_to_have
from bench.storage.request import RunRequest

GROUP = "bench"
ALLOW_LIST = "BENCH_PLUGINS"
"""Environment variable: the names of the plugins to load, comma-separated; empty for all."""

CORE, CORE_GUARDS = "core", "core-guards"
"""The plugins that the core itself is."""
OWN = {CORE, CORE_GUARDS}
CODE = re.compile(r"[A-Z]+\d{3}")
"""Of a guard."""

HOOKS: dict[str, type[Part]] = {
    "bench_datasets": Dataset,
    "bench_encoders": Encoder,
    "bench_models": Model,
    "bench_metrics": Metric,
    "bench_guards": Guard,
    "bench_formatters": Formatter,
}

P = TypeVar("P", bound=Part)
P_co = TypeVar("P_co", bound=Part, covariant=True)


@dataclass(frozen=True)
class PluginEntry(Generic[P_co]):
    """A part that a plugin offers."""

    part: type[P_co]
    plugin: str
    distribution: str
    version: str


@dataclass(frozen=True)
class LoadProblem:
    """Why a plugin, or a part of one, is not to be had."""

    plugin: str
    reason: str


@dataclass
class Registry:
    """All parts that can be had, by kind and name, and the problems on the way."""

    entries: dict[type[Part], dict[str, PluginEntry[Part]]] = field(
        default_factory=lambda: {kind: {} for kind in HOOKS.values()}
    )
    problems: list[LoadProblem] = field(default_factory=list)

    def all(self, kind: type[P]) -> dict[str, PluginEntry[P]]:
        """All entries of a kind, by name."""
        return cast(dict[str, PluginEntry[P]], self.entries[kind])

    @property
    def guards(self) -> dict[type[Guard[Any]], str]:
        """Every guard with the distribution that it comes from, by their codes."""
        entries = sorted(self.all(Guard).values(), key=lambda entry: entry.part.code)
        return {entry.part: entry.distribution for entry in entries}

    def find(self, kind: type[P], name: str) -> PluginEntry[P]:
        """The entry of this kind and name.

        Raises:
            RequestError: there is none; with did-you-mean and the problems that may be the cause.
        """
        registry = self.all(kind)
        if name in registry:
            return registry[name]
        reasons = [t.reason for t in self.problems if t.plugin == name or repr(name) in t.reason]
        hint = reasons[0] if reasons else how_to_have(kind, name) or did_you_mean(name, registry)
        raise RequestError(f"no {kind.__name__.lower()} {name!r}; {hint}")

    def demand_packages(self, request: RunRequest) -> None:
        """Refuse a run of parts whose packages are not installed, a line each."""
        plugins = {entry.plugin: entry for entry in self.entries[Model].values()}
        demand_packages(request, self.entries | {Model: plugins})

    def datasets_of(
        self, dataset: str, train: str | None
    ) -> tuple[PluginEntry[Dataset], PluginEntry[Dataset]]:
        """What is evaluated on, and what is fitted on; None leaves that to the dataset.

        Raises:
            RequestError: an unknown dataset.
        """
        evaluated = self.find(Dataset, dataset)
        return evaluated, self.find(Dataset, train or evaluated.part.train or dataset)

    def model_of(self, plugin: str) -> PluginEntry[Model]:
        """The model that a plugin offers: its only one, or the one that has the plugin's name.

        Raises:
            RequestError: no such plugin, or none or several models in it.
        """
        models = self.all(Model)
        own = {name: entry for name, entry in models.items() if entry.plugin == plugin}
        if plugin in own:
            return own[plugin]
        if len(own) == 1:
            return next(iter(own.values()))
        if own:
            raise RequestError(f"plugin {plugin!r} offers several models: {', '.join(own)}")
        reasons = [problem.reason for problem in self.problems if problem.plugin == plugin]
        offered = {entry.plugin for entry in models.values()}
        hint = (
            reasons[0] if reasons else how_to_have(Model, plugin) or did_you_mean(plugin, offered)
        )
        raise RequestError(f"no plugin {plugin!r} with a model; {hint}")


def load_registry() -> Registry:
    """Load every allowed plugin and enter its parts.

    Raises:
        RequestError: the environment's limit is no number of seconds.
    """
    import_seconds()  # or every plugin would have a problem for it
    registry = Registry()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    candidates: dict[tuple[type[Part], str], list[PluginEntry[Part]]] = defaultdict(list)
    for entry in _allowed(registry):
        module = _module(entry, registry)
        if module is None or not _well_hooked(entry.name, module, manager, registry):
            continue
        origin = ((of := entry.dist.metadata)["Name"], of["Version"]) if entry.dist else ("", "")
        for kind, part in _parts(entry.name, manager, registry):
            candidates[kind, part.name].append(PluginEntry(part, entry.name, *origin))
    for (kind, name), entries in sorted(candidates.items(), key=lambda item: item[0][1]):
        if len(entries) == 1:
            registry.entries[kind][name] = entries[0]
            continue
        if own := [entry for entry in entries if entry.plugin in OWN]:
            registry.entries[kind][name] = own[0]
            reason = f"the {kind.__name__.lower()} {name!r} is the core's own; take another name"
            registry.problems += [
                LoadProblem(o.plugin, reason) for o in entries if o.plugin not in OWN
            ]
            continue
        who = " and ".join(f"{entry.plugin} ({entry.distribution})" for entry in entries)
        reason = f"the {kind.__name__.lower()} {name!r} is offered by {who}; choose by {ALLOW_LIST}"
        registry.problems += [
            LoadProblem(plugin, reason) for plugin in sorted({o.plugin for o in entries})
        ]
    _demand_codes_apart(registry)
    return registry


def _demand_codes_apart(registry: Registry) -> None:
    """Leave out guards whose code is no code, or is another one's; the core's own stay."""
    by_code: dict[str, list[PluginEntry[Guard[Any]]]] = defaultdict(list)
    for entry in registry.all(Guard).values():
        by_code[getattr(entry.part, "code", "")].append(entry)
    for code, entries in sorted(by_code.items()):
        own = [entry for entry in entries if entry.plugin in OWN]
        if (len(entries) == 1 or own) and CODE.fullmatch(code):
            out, reason = [e for e in entries[1:] if e not in own], f"the code {code} is the core's"
        else:
            who = " and ".join(entry.part.name for entry in entries)
            out, reason = (
                entries,
                f"the code {code!r} of {who}: wanted letters and 3 digits, one each",
            )
        for entry in out:
            del registry.entries[Guard][entry.part.name]
            registry.problems.append(LoadProblem(entry.plugin, reason))


def _allowed(registry: Registry) -> Iterator[EntryPoint]:
    """The entry points to load, by name; a name that two distributions claim is a problem."""
    allowed = {name.strip() for name in os.environ.get(ALLOW_LIST, "").split(",") if name.strip()}
    by_name: dict[str, list[EntryPoint]] = defaultdict(list)
    for entry in entry_points(group=GROUP):
        by_name[entry.name].append(entry)
    for name in sorted(allowed - by_name.keys()):
        reason = f"{ALLOW_LIST} names it, but it is not installed; {did_you_mean(name, by_name)}"
        registry.problems.append(LoadProblem(name, reason))
    for name, entries in sorted(by_name.items()):
        if allowed and name not in allowed | OWN:
            continue
        if len(entries) > 1:
            who = " and ".join(sorted(e.dist.name if e.dist else e.value for e in entries))
            registry.problems.append(
                LoadProblem(name, f"the plugin name {name!r} is claimed by {who}")
            )
            continue
        yield entries[0]


def _module(entry: EntryPoint, registry: Registry) -> ModuleType | None:
    try:
        # what a plugin prints must not get among what a command gives
        with redirect_stdout(io.StringIO()), limited("its import", entry.name):
            module = entry.load()
    except BaseException as error:  # SystemExit, and whatever else a stranger raises
        raise_if_users(error)
        reason = f"cannot be imported: {type(error).__name__}: {_line(error)}"
        registry.problems.append(LoadProblem(entry.name, reason))
        return None
    if not isinstance(module, ModuleType):
        reason = f"the entry point {entry.value!r} is not a module"
        registry.problems.append(LoadProblem(entry.name, reason))
        return None
    return module


def _well_hooked(
    name: str, module: ModuleType, manager: pluggy.PluginManager, registry: Registry
) -> bool:
    """Register the module; its misspelt, undecorated or wrongly signed hooks are problems."""
    reasons = []
    for attribute, value in vars(module).items():
        if not (attribute.startswith("bench_") and isinstance(value, FunctionType)):
            continue
        decorated = hasattr(value, f"{GROUP}_impl")
        if decorated and attribute not in HOOKS:
            reasons.append(f"no hook is called {attribute!r}; {did_you_mean(attribute, HOOKS)}")
        elif attribute in HOOKS and not decorated:
            reasons.append(f"{attribute} is not decorated with @bench.hookimpl")
    try:
        manager.register(module, name=name)
    except (pluggy.PluginValidationError, ValueError) as error:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        reasons.append(f"cannot be registered: {_line(error)}")
    registry.problems += [LoadProblem(name, reason) for reason in reasons]
    return manager.has_plugin(name)


def _parts(
    name: str, manager: pluggy.PluginManager, registry: Registry
) -> Iterator[tuple[type[Part], type[Part]]]:
    """Kind and class of every part that the plugin's hooks give."""
    for hook, kind in HOOKS.items():
        for impl in getattr(manager.hook, hook).get_hookimpls():
            if impl.plugin_name != name:
                continue
            try:
                with redirect_stdout(io.StringIO()), limited("the hook", name):
                    parts = list(impl.function())
            except BaseException as error:
                raise_if_users(error)
                reason = f"{hook} fails: {type(error).__name__}: {_line(error)}"
                registry.problems.append(LoadProblem(name, reason))
                continue
            good = [part for part in parts if _is_part(part, kind)]
            yield from ((kind, part) for part in good)
            if wrong := ", ".join(_one_line(part) for part in parts if not _is_part(part, kind)):
                reason = f"{hook} gives {wrong}, wanted a named subclass of {kind.__name__}"
                registry.problems.append(LoadProblem(name, reason))


def _is_part(part: object, kind: type[Part]) -> bool:
    if not (isinstance(part, type) and issubclass(part, kind)):
        return False
    name = getattr(part, "name", None)
    return isinstance(name, str) and bool(name.strip())


def _one_line(part: object) -> str:
    """What a hook gave, in one line, whatever its own `__repr__` does."""
    try:
        return " ".join(repr(part).split())
    except Exception:
        return f"a {type(part).__name__}"


def _line(error: BaseException) -> str:
    try:
        return " ".join(str(error).split()) or "no message"
    except Exception:
        return "no message"
