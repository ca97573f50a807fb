"""The core's own guards: those of every file here whose name begins with a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args, get_origin

from bench import guards
from bench.api.errors import RequestError, did_you_mean
from bench.api.guard import Guard
from bench.api.hookspecs import hookimpl

FILE = re.compile(r"b\d{3}_\w+")


def _own() -> tuple[type[Guard[Any]], ...]:
    files = sorted(file.name for file in iter_modules(guards.__path__) if FILE.fullmatch(file.name))
    modules = [import_module(f"{guards.__name__}.{file}") for file in files]
    classes = [value for m in modules for value in vars(m).values() if isinstance(value, type)]
    mine = {module.__name__ for module in modules}
    return tuple(c for c in classes if issubclass(c, Guard) and c.__module__ in mine)


GUARDS = _own()


@hookimpl
def bench_guards() -> Iterable[type[Guard[Any]]]:
    """The core's own, offered through the same hook as anyone's."""
    return GUARDS


def of_evidence(every: Iterable[type[Guard[Any]]], kind: type) -> tuple[type[Guard[Any]], ...]:
    """Those that look at one kind of evidence."""
    return tuple(guard for guard in every if evidence_of(guard) is kind)


def evidence_of(guard: type[Guard[Any]]) -> type:
    """The kind of evidence that a guard looks at, as it stands in its base.

    Raises:
        TypeError: there is none in its base.
    """
    for kind in guard.__mro__:
        for base in vars(kind).get("__orig_bases__", ()):
            if get_origin(base) is Guard and isinstance(evidence := get_args(base)[0], type):
                return evidence
    raise TypeError(f"{guard.__name__}: wanted a base such as Guard[bench.ScoreEvidence]")


def by_code(every: Iterable[type[Guard[Any]]] = GUARDS) -> Mapping[str, type[Guard[Any]]]:
    """Guards by their codes, in order."""
    return {guard.code: guard for guard in sorted(every, key=lambda guard: guard.code)}


def demand_codes(codes: Iterable[str], every: Iterable[type[Guard[Any]]]) -> None:
    """Refuse a code that no guard has.

    Raises:
        RequestError: which one, and what was meant.
    """
    known = by_code(every)
    for code in codes:
        if code not in known:
            hint = did_you_mean(code, known)
            raise RequestError(f"--allow {code}: no guard has that code; {hint}")
