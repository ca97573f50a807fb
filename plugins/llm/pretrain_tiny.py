"""Makes the base `tiny` that bench-llm ships: simulates its events, trains, writes the folder.

    python plugins/llm/pretrain_tiny.py --steps 4500

No label is read, and no event that could be in a test split: the events are simulated for this
alone, with a seed of their own, and only those whose id belongs to a train split are kept. On one
thread, with torch's deterministic algorithms: the same command gives the same bytes on the same
machine, interrupted or not.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bench_llm.pretraining.batches import TextTokens, tokenized
from bench_llm.pretraining.card import Made, card
from bench_llm.pretraining.checks import accuracies
from bench_llm.pretraining.questions import Asker
from bench_llm.pretraining.readings import Readings
from bench_llm.pretraining.texts import event_texts, spoken, vocabulary_texts
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.pretraining.training import STEP, Losses, Pretraining, build
from transformers import PreTrainedTokenizerBase

import bench
from bench.testing import events_of

TARGET = Path(__file__).parent / "bench_llm" / "tiny"
SIGNAL, BACKGROUND, SEED = 4_000, 40_000, 2020
HELD_OUT, USUAL = 1_000, 2_000
"""Events that are only asked about in the end; events that thresholds and ranks are drawn from."""
VOCABULARY = 640
DRAWN = 64 * STEP
"""Events whose texts are made at once."""
REPORTED, SAVED = 50, 200
"""Steps between two lines, and between two states."""


def events(home: Path, signal: int, background: int) -> bench.Table:
    """Events of a twin of their own, of the train split, signal at the natural rate."""
    simulation = bench.SimulationRequest(signal=signal, background=background, seed=SEED)
    made = (home / "data" / "rd.twin.h5").exists()
    table = events_of("rd", home, None if made else simulation)
    return bench.draw(table, bench.Sample("train", "natural", most=1_000_000))


@dataclass(frozen=True, eq=False)
class Setting:
    """What is trained on, and what is only asked about in the end."""

    table: bench.Table
    held_out: bench.Table
    tokenizer: PreTrainedTokenizerBase

    @classmethod
    def of(cls, every: bench.Table) -> Setting:
        """Hold some events out, and learn a tokenizer from texts of the others."""
        order = np.argsort(every.ids)
        held_out = min(HELD_OUT, len(every) // 4)
        table = every.take(order[held_out:])
        first = table.take(np.arange(min(USUAL, len(table))))
        texts = [spoken(text) for text in event_texts(first, asker(table, SEED))]
        words = [*texts, *vocabulary_texts(table.columns) * 2000]
        return cls(table, every.take(order[:held_out]), train_tokenizer(words, VOCABULARY))

    def groups(self, first: int) -> Iterator[list[TextTokens]]:
        """The texts of each step from the first on; every event in another form each time."""
        groups = min(DRAWN, len(self.table)) // STEP
        n, start = divmod(first, groups)
        while True:
            asking = asker(self.table, SEED, n)
            rows = asking.rng.permutation(len(self.table))[: groups * STEP]
            tokens = tokenized(self.tokenizer, list(event_texts(self.table.take(rows), asking)))
            for i in range(start, groups):
                yield tokens[i * STEP : (i + 1) * STEP]
            n, start = n + 1, 0

    def unread(self) -> list[TextTokens]:
        """Texts of the events that were held out."""
        texts = event_texts(self.held_out, asker(self.table, SEED, 0, 0))
        return tokenized(self.tokenizer, list(texts))


def asker(table: bench.Table, *seed: int) -> Asker:
    """One that asks by what is usual among the first events."""
    return Asker(table.x[:USUAL].astype(np.float64), np.random.default_rng(seed))


def train(training: Pretraining, setting: Setting, steps: int, state: Path) -> Losses:
    """Train, from the last state if there is one; gives the mean losses of the last steps."""
    if state.exists():
        training.restore(state, steps)
        print(f"goes on from step {training.step} of {state}")
    began, started = training.step, time.monotonic()
    before, last = training.seconds, deque[Losses](maxlen=100)
    for losses in training.run(setting.groups(began), steps):
        last.append(losses)
        step = training.step
        training.seconds = before + time.monotonic() - started
        if step % REPORTED == 0:
            left = (training.seconds - before) / (step - began) * (steps - step)
            mean = mean_losses(last)
            said = f"loss {mean.token:.4f}, readings {mean.reading:.4f}"
            print(f"step {step}: {said}, about {left:.0f} s left", flush=True)
        if step % SAVED == 0:
            training.save(state, steps)
    return mean_losses(last)


def mean_losses(last: Iterable[Losses]) -> Losses:
    """The mean of each loss."""
    token, reading = np.mean([(one.token, one.reading) for one in last] or [(0, 0)], axis=0)
    return Losses(float(token), float(reading))


def stored(training: Pretraining, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Any:
    """Write model and tokenizer; gives the model as it is on the disk."""
    from transformers import AutoModelForCausalLM

    copy.deepcopy(training.model).bfloat16().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def main() -> None:
    """Simulate, train, write."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    # filling what is written over anyway takes a sixth of the time
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    setting = Setting.of(events(arguments.home, arguments.signal, arguments.background))
    tokenizer = setting.tokenizer
    training = Pretraining(build(tokenizer, seed=0), tokenizer, Readings.of(setting.table))
    count = sum(p.numel() for p in training.model.parameters())
    print(f"{len(setting.table)} events, {len(tokenizer)} tokens, {count / 1e6:.2f} M parameters")
    state = arguments.home / "pretraining.pt"
    losses = train(training, setting, arguments.steps, state)
    model = stored(training, tokenizer, arguments.output)
    answered = accuracies(model, setting.unread(), training.padding, training.readings)
    made = Made(
        signal=arguments.signal,
        background=arguments.background,
        seed=SEED,
        events=len(setting.table),
        held_out=len(setting.held_out),
        steps=arguments.steps,
        parameters=count,
        tokens=len(tokenizer),
        losses=losses,
        readings=len(training.readings),
        answered=answered,
        seconds=training.seconds,
    )
    (arguments.output / "README.md").write_text(card(made))
    state.unlink(missing_ok=True)
    print(card(made))


def read_arguments() -> argparse.Namespace:
    """What the command line says."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--steps", type=int, default=4500, help=f"optimizer steps of {STEP} texts")
    words.add_argument("--signal", type=int, default=SIGNAL, help="events to simulate")
    words.add_argument("--background", type=int, default=BACKGROUND, help="events to simulate")
    words.add_argument(
        "--home",
        type=Path,
        default=bench.data_folder().parent / "pretraining",
        help="where its events are kept, and the state of a training that is interrupted",
    )
    words.add_argument("-o", "--output", type=Path, default=TARGET)
    return words.parse_args()


if __name__ == "__main__":
    main()
