"""A model, an encoder, a guard and a metric that leave, crash or print where an option says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toys import Cut, FittedCut

import bench

MANY = 200
"""Events beyond which it is no smoke fit."""


class OddError(BaseException):
    """What no `except Exception` sees."""


def printing() -> None:
    """Print in all ways that there are: five lines."""
    print("printed")  # noqa: T201
    sys.stdout.write("written\n")
    os.write(1, b"raw\n")
    subprocess.run(["echo", "of a child"], check=True)
    if sys.__stdout__ is not None and sys.__stdout__.fileno() == 1:
        sys.__stdout__.write("of Python's own\n")
        sys.__stdout__.flush()


def interrupted_by_the_user() -> None:
    """Make of the user's Ctrl-C what some libraries make of it."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        sys.exit(1)


def interrupted_while_importing() -> None:
    """Make of the user's Ctrl-C what the import of an extension makes of it."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt as error:
        raise ImportError("initialization failed") from error


def _raising(error: BaseException) -> None:
    raise error


WAYS: Mapping[str, Any] = {
    "exit-0": lambda: sys.exit(0),
    "exit-3": lambda: sys.exit(3),
    "exit-none": sys.exit,
    "exit-text": lambda: sys.exit("done"),
    "interrupt": lambda: _raising(KeyboardInterrupt()),
    "generator": lambda: _raising(GeneratorExit()),
    "odd": lambda: _raising(OddError("odd")),
    "stop": lambda: _raising(StopIteration()),
    "prints": printing,
    "prints and breaks": lambda: (printing(), 1 / 0),
    "interrupted": interrupted_by_the_user,
    "interrupted import": interrupted_while_importing,
}
"""What a plugin may do, by name."""


def misbehave(how: str, where: str) -> None:
    """Do what `PLACE:WAY` says, if this is the place."""
    place, _, way = how.partition(":")
    if place == where:
        WAYS[way]()


@dataclass(frozen=True)
class Rogue(Cut):
    """A cut of which nobody asks that it learns."""

    name = "rogue"
    encoder = "rogue-numbers"
    scoring = frozenset({"offset", "how"})  # so that one smoke fit serves all of them
    how: str = ""

    @property
    def depends_on(self) -> frozenset[str]:
        return frozenset()

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        if len(train) > MANY:
            misbehave(self.how, "fit")
        fitted = super().fit(train, valid, context)
        return FittedRogue(fitted.centre, fitted.scale, fitted.rising, self.how)

    def load(self, folder: Path, context: bench.Context) -> FittedCut:
        fitted = super().load(folder, context)
        return FittedRogue(fitted.centre, fitted.scale, fitted.rising, self.how)


@dataclass(frozen=True)
class FittedRogue(FittedCut):
    """The same, fitted."""

    how: str = ""

    def score(self, inputs: bench.Inputs) -> Any:
        if len(inputs) > MANY:
            misbehave(self.how, "score")
        return super().score(inputs)

    def save(self, folder: Path) -> None:
        misbehave(self.how, "save")
        super().save(folder)


@dataclass(frozen=True)
class RogueNumbers(bench.Encoder):
    """The features as they are."""

    name = "rogue-numbers"
    produces = frozenset({"numbers"})
    when: str = ""

    def learn(self, train: bench.Table) -> Mapping[str, Any]:
        misbehave(self.when, "learn")
        return {}

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        misbehave(self.when, "encode")
        return {"numbers": table.x}


class RogueGuard(bench.Guard[bench.InputEvidence]):
    """Looks at nothing, and does what the environment says."""

    name, code, remedy = "rogue-guard", "ROGUE001", "none"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        misbehave(os.environ.get("ROGUE", ""), "guard")
        yield from ()


@dataclass(frozen=True)
class RogueMetric(bench.Metric):
    """Does what the environment says."""

    name = "rogue-metric"

    def estimate(self, scored: bench.Scored) -> Mapping[str, bench.Estimate]:
        misbehave(os.environ.get("ROGUE", ""), "metric")
        return {"rogue": bench.Estimate(1.0)}
