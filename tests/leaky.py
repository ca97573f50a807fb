"""A model that tells secrets wherever a plugin can: what a canary is put into."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from toys import Cut, FittedCut

import bench

HUB = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNm12345678"
BEARER = "Bearer c4n4ry.of-a.bearer~token/123=="
ADDRESS = "https://somebody:gr33nfinch@hub.test/base"
VARIABLE = 'budgerigar "of\\a variable"'
KEY = "-----BEGIN PRIVATE KEY-----\nMIIgoldfinchOfAKey\n-----END PRIVATE KEY-----"
WRITTEN = (HUB[3:], "c4n4ry", "gr33nfinch", "budgerigar", "MIIgoldfinch")
"""What must be nowhere: a part of each that no way of writing it changes."""


@dataclass(frozen=True)
class Leaky(Cut):
    """A cut that says its options everywhere."""

    name = "leaky"
    base: str = ADDRESS
    """Where it is from."""
    token: str = ""
    """What opens it."""
    fails: bool = False
    """Fail on fitting to many events."""

    @property
    def said(self) -> str:
        """All that is secret."""
        return f"{self.token} {self.base} {HUB} {BEARER} {VARIABLE}\n{KEY}"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedLeak:
        print(self.said)  # noqa: T201
        sys.stderr.write(self.said)
        logging.getLogger("leaky").warning("%s", self.said)
        context.notice(self.said)
        with context.progress(self.said, 1) as bar:
            bar.advance(1)
        fitted = super().fit(train, valid, replace(context, log=lambda *_: None))
        context.log(0, {"loss": 0.5, f"of {HUB}": 1.0})
        (context.checkpoints / "state.txt").write_text(self.said)
        if self.fails and len(train) > 200:
            raise ZeroDivisionError(self.said)
        return FittedLeak(fitted.centre, fitted.scale, fitted.rising, self.said)

    def load(self, folder: Path, context: bench.Context) -> FittedCut:
        return super().load(folder, context)


@dataclass(frozen=True)
class FittedLeak(FittedCut):
    """A cut that saves what it should not."""

    said: str = ""

    def save(self, folder: Path) -> None:
        super().save(folder)
        (folder / "about.json").write_text(json.dumps({"said": self.said}))


class LeakyMetric(bench.Metric):
    """A figure that fails, and says too much of why."""

    name = "leaky metric"

    def estimate(self, scored: bench.Scored) -> dict[str, bench.Estimate]:
        raise ValueError(f"{HUB} {VARIABLE}")
