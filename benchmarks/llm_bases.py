"""Two bases on the same fits: AUC and maximum SIC of each, and the paired difference.

    python benchmarks/llm_bases.py OLD NEW [--plugin llm-text ...] [--train-events 4000] [--lr 3e-4]

OLD and NEW are what the option `base` takes: `tiny`, or the folder of a model. Every plugin is
fitted from both on the same events of the twin of rd with the same settings and seed, and scored on
the same test events. Recipes of pre-training are to be judged by the AUC on the valid split alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sklearn.metrics import roc_auc_score
from tabulate import tabulate

from bench.cli.surroundings import context
from bench.comparison.paired import auc_difference
from bench.plugins.registry import load_registry
from bench.running.pipeline import run
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store

PLUGINS = ["llm-text", "llm-nfa"]
HEADINGS = ["plugin", "base", "loss at the start", "valid AUC", "AUC", "max SIC", "fit, s"]
PAIRED = ["AUC is larger by", "p (DeLong, paired)"]


def main() -> None:
    """Fit and score each, and print one table."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("bases", nargs="+", metavar="BASE", help="the first is the one compared to")
    words.add_argument("--plugin", action="append", choices=PLUGINS, help="default: both")
    words.add_argument("--train-events", type=int, default=4000, help="0: the default sample")
    words.add_argument("--events", type=int, default=4000)
    words.add_argument("--lr", default="3e-4")
    words.add_argument("--epochs", default="1")
    words.add_argument("--ratio", help="of the scored events; default: the dataset's own")
    words.add_argument("--seed", type=int, default=0)
    arguments = words.parse_args()
    rows = []
    for plugin in arguments.plugin or PLUGINS:
        first: Run | None = None
        for base in arguments.bases:
            one = fitted(plugin, base, arguments)
            first = first or one
            rows.append([plugin, Path(base).name, *row(one, first)])
            print(tabulate(rows, [*HEADINGS, *PAIRED], tablefmt="pipe", disable_numparse=True))


def fitted(plugin: str, base: str, arguments: argparse.Namespace) -> Run:
    """The run of a plugin on a base."""
    home, registry, store = Home.here(), load_registry(), Store(Path("runs"))
    request = RunRequest(
        plugin=plugin,
        dataset="rd",
        edition="twin",
        train_events=arguments.train_events or None,
        events=arguments.events,
        ratio=arguments.ratio,
        seed=arguments.seed,
        options={"base": base, "lr": arguments.lr, "epochs": arguments.epochs, "evaluations": "1"},
    )
    return run(request, registry, home, store, context(home))[0]


def row(one: Run, first: Run) -> list[str]:
    """The figures of a run, and what its AUC has more than the first one's."""
    estimates = one.metrics().estimates
    auc, sic = estimates["auc"], estimates["max_sic"]
    valid = one.scored("valid")
    figures = [
        f"{one.history()[0]['answer_loss']:.3f}",
        f"{roc_auc_score(valid.y, valid.score, sample_weight=valid.weights):.4f}",
        f"{auc.value:.4f} [{auc.low:.4f}, {auc.high:.4f}]",
        f"{sic.value:.1f}",
        f"{one.record.seconds.get('fit', 0):.0f}",
    ]
    if one is first:
        return [*figures, "", ""]
    gap = auc_difference(one.scored(), first.scored())
    return [*figures, f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]", f"{gap.p:.2g}"]


if __name__ == "__main__":
    main()
