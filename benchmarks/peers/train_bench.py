"""Training by bench: a fit of `llm-text`, timed from its first step to its last."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from bench_llm.text import TextOnly
from bench_llm.training import loop

import bench
from peers.made import inputs_of
from peers.side import now, serve
from peers.task import Task


class Clock:
    """What a fit says of itself: when it begins, each epoch's end, its first loss."""

    def __init__(self) -> None:
        self.begun, self.ends, self.loss = 0.0, [0.0], float("nan")

    @contextmanager
    def progress(self, what: str, total: float | None = None, done: float = 0) -> Iterator[Any]:
        """The first bar, of frozen blocks or of the training, is where its time begins."""
        self.begun = self.begun or now()
        yield type("Bar", (), {"advance": staticmethod(lambda *_: None)})

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        """Note an epoch's end by its look at the valid split, and the loss of the first step."""
        if step == 1:
            self.loss = scalars["loss"]
        if "valid_auc" in scalars:
            self.ends.append(now() - self.begun)


def main() -> None:
    """Fit anew at each turn; loading the base is not timed."""
    task = Task.read(sys.argv[1])
    assert task.variant
    loop.CHECKPOINT_SECONDS = float("inf")  # the peer saves nothing
    one_of_each = [task.labels.index(0), task.labels.index(1)]
    train = inputs_of(task)
    valid = train.take(np.array(one_of_each))
    model = TextOnly(base=task.base, **options(task))

    def run() -> dict[str, Any]:
        clock = Clock()
        with TemporaryDirectory() as folder:
            context = bench.Context(
                *[Path(folder)] * 3, device=task.device, progress=clock.progress, log=clock.log
            )
            model.fit(train, valid, context)
        tokens = len(task.answers[0])
        return {"epochs": np.diff(clock.ends).tolist(), "loss": clock.loss / tokens}

    serve(run)


def options(task: Task) -> dict[str, Any]:
    """The variant as options of bench; the valid split, two events, is looked at once an epoch."""
    variant = task.variant
    assert variant
    shared = (
        "tuning",
        "lora_blocks",
        "epochs",
        "lr",
        "batch",
        "r",
        "alpha",
        "weight_decay",
        "clip",
        "warmup",
    )
    chosen = {name: getattr(variant, name) for name in shared} | {"evaluations": 1}
    if variant.tuning == "lora":
        chosen["targets"] = tuple(variant.targets)
    return chosen


if __name__ == "__main__":
    main()
