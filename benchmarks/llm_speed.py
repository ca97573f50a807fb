"""Language models here against the study diary's way of running them: same model, same run.

    python benchmarks/llm_speed.py [RUN]

RUN is a stored run of llm-text, llm-nfa or llm-token on rd; else the newest plain one of llm-nfa is
taken, or made. The diary scored one event at a time,
its prompt padded to 512 tokens, by generating text; and trained one event at a time, padded alike.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import torch
from bench_llm.examples import Examples
from bench_llm.fitted import FittedLanguageModel
from bench_llm.generating import Generation
from bench_llm.language import LanguageModel
from bench_llm.planning import fit_settings, hyperparameters
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.scoring import score
from bench_llm.training.loop import Training, _Session
from bench_llm.training.objective import Answering
from tabulate import tabulate

import bench
from bench.api.parts import Dataset, Encoder
from bench.cli.surroundings import context
from bench.data.encode import encode, read_learned
from bench.data.sampling import Sample, draw
from bench.plugins.options import build as built
from bench.plugins.registry import load_registry
from bench.running.pipeline import run as run_it
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import Store

PADDED, SCORED, DIARYS, STEPS = 512, 2000, 60, 6


def main() -> None:
    """Load the run's fit, time both ways, print the ratios."""
    home, registry = Home.here(), load_registry()
    store = Store(Path("runs"))
    if sys.argv[1:]:
        (run,) = store.pick(sys.argv[1:])
    else:
        request = RunRequest(plugin="llm-nfa", dataset="rd", edition="twin", events=4000)
        run, _ = run_it(request, registry, home, store, context(home))
    record = run.record
    assert record.model
    assert record.sample
    folder = home.fits / str(record.fit)
    model = built(registry.model_of(record.plugin).part, record.model.options)
    assert isinstance(model, LanguageModel)
    fitted = model.load(folder / "model", context(home))
    dataset = built(registry.find(Dataset, record.dataset).part, record.sample.options)
    table = dataset.table(dataset.open(record.sample.edition, None, context(home)), context(home))
    encoders = [built(registry.find(Encoder, e.name).part, e.options) for e in record.encoders]
    learned = read_learned(encoders, folder / "encoders")
    test = draw(table, Sample("test", "1:1", SCORED))
    examples = fitted.reader.read(encode(model, encoders, learned, test))
    print(tabulate(
        [*scoring(fitted, examples), *training(fitted, model, examples), *tokens(fitted, test)],
        ["", "the diary's way", "here", "ratio"], tablefmt="pipe", disable_numparse=True,
    ))  # fmt: skip


def scoring(fitted: FittedLanguageModel, examples: Examples) -> list[list[str]]:
    """Events a second, and whether the answers are the same."""
    network, renderer = fitted.network, fitted.reader.renderer
    few = rows(examples, DIARYS)
    generation = Generation(network, renderer.tokenizer, "cpu", events=1, padded=PADDED)
    begun = time.monotonic()
    said = generation.answers(few)
    theirs = DIARYS / (time.monotonic() - begun)
    begun = time.monotonic()
    scores = score(network, examples, "cpu")
    ours = len(examples) / (time.monotonic() - begun)
    same = int((said == (scores[:DIARYS] > 0.5)).sum())
    return [
        ["scored events/s", f"{theirs:.1f}", f"{ours:.0f}", f"{ours / theirs:.1f}"],
        ["same answers", "", f"{same} of {DIARYS}", ""],
    ]


def training(
    fitted: FittedLanguageModel, model: LanguageModel, examples: Examples
) -> list[list[str]]:
    """Trained events a second."""
    import tempfile

    network = fitted.network
    network.train()
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not name.startswith("language.") or model.tuning == "full")
    session = _Session(
        Training(
            network=network,
            objective=Answering(network, examples, fit_settings(model, 0).loss, float, "cpu"),
            hyperparameters=hyperparameters(model, 0),
            score=fitted.score,
            expected_trainable=(),
            context=bench.Context(Path(), Path(), Path(tempfile.mkdtemp())),
        )
    )
    whole = np.arange(len(examples))
    size = session.hyperparameters.schedule.events_a_step
    session._step(whole[:size], watched=False)
    begun = time.monotonic()
    for step in range(1, STEPS + 1):
        session._step(whole[step * size : (step + 1) * size], watched=False)
    ours = STEPS * size / (time.monotonic() - begun)
    begun = time.monotonic()
    for row in whole[:DIARYS]:
        one_padded(fitted, examples, row)
    theirs = DIARYS / (time.monotonic() - begun)
    return [["trained events/s", f"{theirs:.1f}", f"{ours:.0f}", f"{ours / theirs:.1f}"]]


def one_padded(fitted: FittedLanguageModel, examples: Examples, row: int) -> None:
    """Forward and backward of one event, padded, with logits of every position."""
    network = fitted.network
    batch, answers = examples.answered(np.array([row]), np.zeros(1, bool), "cpu")
    embedded = network.embed(batch)
    room = PADDED - embedded.shape[1]
    embedded = torch.nn.functional.pad(embedded, (0, 0, 0, room))
    mask = torch.zeros(1, PADDED, dtype=torch.long)
    mask[:, : PADDED - room] = 1
    logits = network.language(inputs_embeds=embedded, attention_mask=mask).logits
    labels = torch.full((1, PADDED), -100)
    labels[0, batch.reads[0]] = answers[0]
    torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten()).backward()


def tokens(fitted: FittedLanguageModel, table: bench.Table) -> list[list[str]]:
    """Tokens of a prompt."""
    renderer, few = fitted.reader.renderer, table.take(np.arange(200))
    ten, default = (
        renderer.prompts(encoder.encode(few, {})["texts"]).lengths.mean()
        for encoder in (FeaturesPrompt(decimals=10), FeaturesPrompt())
    )
    return [["tokens a prompt", f"{ten:.0f}", f"{default:.0f}", f"{ten / default:.1f}"]]


def rows(examples: Examples, n: int) -> Examples:
    """The first n of the examples."""
    from dataclasses import replace

    whole = examples.tokens
    tokens = replace(whole, ids=whole.ids[:n], lengths=whole.lengths[:n])
    numbers = None if examples.numbers is None else examples.numbers[:n]
    return Examples(tokens, numbers, examples.y[:n], examples.weights[:n])


if __name__ == "__main__":
    main()
