"""One of two processes that fit together what a file says; the first one writes what came of it.

`python together.py CASES`, with what a launcher says in the environment. Each case has the options
of a model, a folder of its own, and what goes wrong in it, if anything does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from bench_llm import ranks
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.training import loop
from events import context, inputs

import bench

MODELS = {"nfa": PromptFusion, "text": TextOnly}


def weighed(n: int, seed: int = 0) -> bench.Inputs:
    """Events that do not weigh the same."""
    made = inputs(n, seed)
    return replace(made, weights=1 + np.arange(n) % 3 / 2)


def model_of(case: Mapping[str, Any]) -> bench.Model:
    """The model of a case."""
    model: bench.Model = MODELS[case["model"]](**case["options"])
    return model


def data(case: Mapping[str, Any]) -> tuple[bench.Inputs, bench.Inputs, bench.Inputs]:
    """Train, valid and test events of a case."""
    train = weighed(case["n"])
    if case["options"].get("explain"):
        said = [f"signal: p{i % 7}" for i in range(len(train))]
        train = replace(train, views={**train.views, "explanations": said})
    return train, weighed(60, 1), inputs(40, 2)


@contextmanager
def going_wrong(case: Mapping[str, Any]) -> Iterator[None]:
    """Have the steps of the processes that the case names go wrong."""
    original, wrong = loop._Session._step, case.get("wrong", "")
    if not wrong or case["rank"] != int(os.environ["RANK"]):
        yield
        return

    def step(self: Any, rows: Any, *, watched: bool) -> dict[str, float]:
        if self.progress.step == 3:
            first = next(iter(trained(self.network).values()))
            if wrong == "breaks":
                raise ValueError("broken on purpose\nby a test")
            if wrong == "strays":
                first.data.view(-1)[0] += 1e-6
            if wrong == "nan":
                self.weights = self.weights * np.nan
            if wrong == "gone":
                os._exit(9)
        return original(self, rows, watched=watched)

    with patch.object(loop._Session, "_step", step):
        yield


def main(cases: list[dict[str, Any]]) -> None:
    """Fit them all."""
    torch.set_num_threads(1)
    say = ranks.join("cpu")
    for case in cases:
        model, (train, valid, test) = model_of(case), data(case)
        folder = Path(case["folder"])
        loop.CHECKPOINT_SECONDS = case.get("checkpoint_seconds", 1e9)
        said: list[str] = []
        surroundings = replace(context(folder), ranks=2, notice=said.append)
        scores, error = np.zeros(0), ""
        try:
            with going_wrong(case):
                scores = model.fit(train, valid, surroundings).score(test)
        except Exception as broke:
            error = f"{type(broke).__name__}: {broke}"
        lines = np.array([error, *said])
        np.savez(f"{case['result']}-{os.environ['RANK']}.npz", scores=scores, lines=lines)
        if case.get("wrong") != "gone":
            assert say(case["result"].encode()).decode() == case["result"]


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
