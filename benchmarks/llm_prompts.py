"""How many digits a prompt should have: tokens, AUC, and the paired difference to the default.

    python benchmarks/llm_prompts.py [digits=2 digits=4 decimals=10 ...]

Each is a run of llm-text on the twin of rd, fitted on 4000 events and scored on 4000. `decimals=10`
is how the study diary wrote its numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from bench_llm.bases.loading import load_tokenizer
from bench_llm.bases.source import BaseSource
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.rendering import Renderer
from tabulate import tabulate

import bench
from bench.api.parts import Dataset
from bench.cli.surroundings import context
from bench.comparison.paired import auc_difference
from bench.plugins.options import build as built
from bench.plugins.registry import load_registry
from bench.running.pipeline import run
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store

DEFAULT = f"digits={FeaturesPrompt().digits}"
EVENTS = 4000


def main() -> None:
    """Run each, the default first, and print one table."""
    home, registry, store = Home.here(), load_registry(), Store(Path("runs"))
    options = [DEFAULT, *(sys.argv[1:] or ["digits=2", "decimals=10"])]
    runs: list[Run] = []
    for option in options:
        name, _, value = option.partition("=")
        request = RunRequest(
            plugin="llm-text",
            dataset="rd",
            edition="twin",
            train_events=EVENTS,
            events=EVENTS,
            options={name: value, "evaluations": "1"},
        )
        runs.append(run(request, registry, home, store, context(home))[0])
    dataset = built(registry.find(Dataset, "rd").part, {})
    table = dataset.table(dataset.open("twin", None, context(home)), context(home))
    rows = [row(option, one, runs[0], table) for option, one in zip(options, runs, strict=True)]
    headings = ["prompt", "tokens", "AUC", "fit, s", "default's AUC is larger by", "p"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


def row(option: str, one: Run, default: Run, table: bench.Table) -> list[str]:
    """One line of the table."""
    name, _, value = option.partition("=")
    encoder = FeaturesPrompt(**{name: int(value)})
    renderer = Renderer(load_tokenizer(BaseSource("tiny")), 1024)
    texts = encoder.encode(table.take(np.arange(300)), {})["texts"]
    tokens = renderer.prompts(texts).lengths.mean()
    auc = one.metrics().estimates["auc"]
    gap = auc_difference(default.scored(), one.scored())
    return [
        option,
        f"{tokens:.0f}",
        f"{auc.value:.4f} [{auc.low:.4f}, {auc.high:.4f}]",
        f"{one.record.seconds.get('fit', 0):.0f}",
        f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]",
        f"{gap.p:.2g}",
    ]


if __name__ == "__main__":
    main()
