"""Models that break, refuse or leave, and ways to make what looks at them break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from toys import GUARDS, Cut, Workplace

import bench
from bench.running.failures import VoidedRunError
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")
ALL = tuple(guard.code for guard in GUARDS)


@dataclass(frozen=True)
class Yardstick(Cut):
    """A cut of which nobody asks that it learns."""

    name = "yardstick"

    @property
    def depends_on(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Picky(Cut):
    """A cut that refuses to be fitted to few events, in words of its own."""

    name = "picky"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Any:
        if len(train) < 200:
            raise bench.RequestError("targets=c_attn: not in this base")
        return super().fit(train, valid, context)


@dataclass(frozen=True)
class Unreadable(Cut):
    """A cut that has no prompt for these events, and says so where it is asked for one."""

    name = "unreadable"

    def render(self, inputs: bench.Inputs, context: bench.Context) -> bench.Rendered | None:
        raise bench.InputError("a chat prompt for a base without a chat template")


@dataclass(frozen=True)
class Leaving(Cut):
    """A cut that ends the process where it is fitted to many events, as if all were well."""

    name = "leaving"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Any:
        if len(train) > 200:
            raise SystemExit(0)
        return super().fit(train, valid, context)


class Exploding:
    """Evidence of which nothing can be had but the model."""

    def __init__(self, model: bench.Model) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        raise MemoryError


def breaking_at(tmp_path: Path) -> Workplace:
    """A workplace with the models above, and smoke fits of its own."""
    made = Workplace.at(tmp_path)
    made.home.smoke_fits.unlink()
    for part in (Yardstick, Picky, Unreadable, Leaving):
        made.add(part)
    return made


def do(place: Workplace, request: RunRequest = REQUEST, **changes: Any) -> Run:
    """A run, also one that a guard voids."""
    asked_for = replace(request, **changes)
    try:
        return run(asked_for, place.registry, place.home, place.store, place.context)[0]
    except VoidedRunError as void:
        return void.run


def outcomes(done: Run) -> dict[str, str]:
    """What came of each guard whose finding is that it broke."""
    return {v.code: v.outcome for v in done.record.verdicts if v.broke}


def raising(error: BaseException) -> Callable[..., Iterator[str]]:
    def look(*_: object) -> Iterator[str]:
        raise error
        yield ""

    return look


def failing_once(monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException) -> list[int]:
    """Make the first call of a function raise; gives what counts the calls."""
    from importlib import import_module

    module, _, name = where.rpartition(".")
    right, calls = getattr(import_module(module), name), [0]

    def once(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            raise error
        return right(*given, **named)

    monkeypatch.setattr(where, once)
    return calls


def raising_now(error: BaseException) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> Any:
        raise error

    return call
