"""Scoring by bench: `llm-text` on the base as it is."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bench_llm.text import TextOnly

import bench
from peers.made import inputs_of
from peers.side import now, serve
from peers.task import Task
from peers.work import multiplications


def main() -> None:
    """Fit nothing, then score at each turn."""
    task = Task.read(sys.argv[1])
    inputs, folder = inputs_of(task), Path(mkdtemp())
    context = bench.Context(folder, folder, folder, device=task.device)
    fitted = TextOnly(base=task.base, tuning="frozen").fit(inputs, inputs, context)
    work = multiplications(lambda: fitted.score(inputs))

    def run() -> dict[str, Any]:
        begun = now()
        scores = fitted.score(inputs)
        seconds = now() - begun
        return {"seconds": seconds, "scores": scores.tolist(), "work": work}

    serve(run)


if __name__ == "__main__":
    main()
