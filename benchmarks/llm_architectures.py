"""Architecture by place by tuning: what works, or the words in which it is refused.

    python benchmarks/llm_architectures.py -o docs/reference/architectures.md

Tiny random models of transformers' own configurations, each fitted for two steps, saved, and loaded
again; works means that the numbers reach the answer, that all that is trained moves, and that what
is loaded scores as before.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import transformers
from tabulate import tabulate

import bench

sys.path.insert(0, str(Path(__file__).parent.parent / "plugins" / "llm" / "tests"))

from architectures import PLACES, SHAPES, TUNINGS, architecture
from bench_llm.building import build
from bench_llm.fitted import FittedLanguageModel
from bench_llm.network.tuning import trained
from bench_llm.planning import network_plan
from events import context, inputs

if TYPE_CHECKING:
    from bench_llm.language import LanguageModel

WORKS = "works"
WINDOWED = {"Mistral": {"sliding_window": 16}}
"""Kinds that are tried with a short sliding window too."""
INTRODUCTION = """# Architectures of language models

Every place of the numbers with every way of tuning, on tiny random models of each architecture, by
`python benchmarks/llm_architectures.py -o docs/reference/architectures.md`. A cell says which of
full tuning, LoRA and QLoRA work, or in which words they are refused before any work. *Works* means:
the logits are the model's own, the numbers reach the answer, all that is trained moves in two
steps, and what is saved and loaded scores as before.
"""


def outcome(model: LanguageModel, folder: Path) -> str:
    """`works`, or why not."""
    try:
        before = trained(build(network_plan(model, d=3, seed=0), "cpu"))
        fitted = model.fit(inputs(64), inputs(16, 1), context(folder))
        after = trained(fitted.network)
        saved = folder / "saved"
        saved.mkdir()
        fitted.save(saved)
        events = inputs(16, 2)
        scores = fitted.score(events)
        again = FittedLanguageModel.load(saved, "cpu").score(events)
        blind = fitted.score(events.permuted("numbers", 0))
    except bench.BenchError as error:
        return str(error)
    still = sum(torch.equal(before[name], after[name]) for name in after)
    if still > 0.2 * len(after):
        return f"{still} of {len(after)} tensors do not move"
    if not np.allclose(scores, again, atol=1e-6):
        return "scores otherwise once it is loaded"
    if np.array_equal(scores, blind) and "numbers" in model.reads:
        return "does not read its numbers"
    return WORKS


def cell(base: str, place: str, folder: Path) -> str:
    """The three ways of tuning of an architecture with its numbers in one place."""
    form, options = PLACES[place]
    said = {
        tuning: outcome(
            form(base=base, tuning=tuning, r=4, lr=1e-2, **options), folder / f"{place}-{tuning}"
        )
        for tuning in TUNINGS
    }
    if set(said.values()) == {WORKS}:
        return WORKS
    if len(set(said.values())) == 1:
        return said["full"]
    return "; ".join(f"{tuning}: {words}" for tuning, words in said.items())


def main() -> None:
    """Try all of it and write the table."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("-o", "--output", type=Path, help="a page; the table is printed anyhow")
    words.add_argument("--kinds", nargs="*", default=list(SHAPES))
    arguments = words.parse_args()
    transformers.utils.logging.set_verbosity_error()
    torch.set_num_threads(1)
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for kind in arguments.kinds:
            forms: list[tuple[str, dict[str, Any]]] = [(kind, {})]
            if kind in WINDOWED:
                forms.append((f"{kind}, window of 16 tokens", WINDOWED[kind]))
            for name, changes in forms:
                folder = Path(scratch) / name
                base = architecture(kind, folder / "base", **changes)
                rows.append([name, *(cell(base, place, folder) for place in PLACES)])
                sys.stderr.write(f"{name}: {', '.join(sorted(set(rows[-1][1:])))}\n")
    table = tabulate(rows, ["architecture", *PLACES], "github")
    sys.stdout.write(table + "\n")
    if arguments.output:
        versions = f"transformers {transformers.__version__}, torch {torch.__version__}"
        arguments.output.write_text(f"{INTRODUCTION}\n{table}\n\nMade with {versions}.\n")


if __name__ == "__main__":
    main()
