"""A toy model that says why, in good faith or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from toys import Workplace

import bench
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

Manner = Literal["true", "wrong", "parrot", "answer", "contrary", "garbled", "beside", "mute"]


@dataclass(frozen=True)
class Talker(bench.Model):
    """A logistic of the mass and a little of the noise, which says what it leans on."""

    name = "talker"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    scoring = frozenset({"manner"})
    manner: Manner = "true"
    """True; with wrong numbers; the same of each event, or of each with its answer; against its
    answer; not to be read; of what plays hardly any part; or not fitted to explain."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedTalker:
        x = train.views["numbers"].astype(float)
        rising = bool(x[train.y == 1, 0].mean() > x[train.y == 0, 0].mean())
        return FittedTalker(self.manner, np.median(x[train.y == 0], axis=0).tolist(), rising)

    def load(self, folder: Path, context: bench.Context) -> FittedTalker:
        return FittedTalker(self.manner, **json.loads((folder / "said.json").read_text()))


@dataclass(frozen=True)
class FittedTalker:
    """The medians of the background, which high and low are against."""

    manner: Manner
    medians: list[float]
    rising: bool = True

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        x = inputs.views["numbers"].astype(np.float64)
        raw = x[:, 0] + 0.05 * x[:, 1] - 1
        return 1 / (1 + np.exp(-raw if self.rising else raw))

    def save(self, folder: Path) -> None:
        said = {"medians": self.medians, "rising": self.rising}
        (folder / "said.json").write_text(json.dumps(said))

    def explain(
        self,
        inputs: bench.Inputs,
        columns: Sequence[bench.Column],
        seed: int | None,
        *,
        freely: bool = False,
    ) -> list[bench.Explanation]:
        if self.manner == "mute":
            raise bench.RequestError("it was fitted with explain=0")
        assert not inputs.y.any()  # who explains never sees the labels
        rows, scores = inputs.views["numbers"].tolist(), self.score(inputs).tolist()
        drawn = np.random.default_rng(seed or 0).random(len(rows))
        return [
            self._said(row, score > 0.5, draw if seed else 0.0)
            for row, score, draw in zip(rows, scores, drawn, strict=True)
        ]

    def _said(self, row: list[float], signal: bool, draw: float) -> bench.Explanation:
        i = int(self.manner == "beside")
        invented = {"wrong": row[0] + 5, "parrot": 1.0, "answer": 2.0 * signal}
        value = invented.get(self.manner, row[i])
        high, side = value > self.medians[i], row[0] > 1
        quoted, column = f"{value:.3f}", ("mass", "noise")[i]
        claim = bench.Claim(
            column, quoted, "" if i else "GeV", high, ("background", "signal")[side]
        )
        if self.manner == "contrary":
            claim = bench.Claim(column, quoted, "GeV", high, ("signal", "background")[signal])
        text = f"{'perhaps ' if draw > 0.5 else ''}{column} is {quoted}, for {claim.side}"
        answer = ("background", "signal")[signal]
        if self.manner == "garbled":
            return bench.Explanation(answer, text, (), "<b>$x$ | 3 *</b>\x1b[31m")
        return bench.Explanation(answer, text, (claim,))


def done(place: Workplace, manner: str = "true", plugin: str = "talker", **more: object) -> Run:
    """A run of it, or of another model."""
    options = {"manner": manner} if plugin == "talker" else {}
    request = RunRequest(plugin=plugin, dataset="toy", options=options, **more)  # type: ignore[arg-type]
    return run(request, place.registry, place.home, place.store, place.context)[0]
