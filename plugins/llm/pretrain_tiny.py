"""Makes the base `tiny` that bench-llm ships: simulates its events, trains, writes the folder.

    python plugins/llm/pretrain_tiny.py --steps 3200

No label is read, and no event that could be in a test split: the events are simulated for this
alone, with a seed of their own, and only those whose id belongs to a train split are kept.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from bench_llm.pretraining.texts import event_texts, vocabulary_texts
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.pretraining.training import BATCH, build, pretrain

import bench
from bench.testing import events_of

TARGET = Path(__file__).parent / "bench_llm" / "tiny"
SIGNAL, BACKGROUND, SEED = 2_000, 20_000, 2020
VOCABULARY = 640


def events(home: Path) -> bench.Table:
    """Events of a twin of their own, of the train split, signal at the natural rate."""
    simulation = bench.SimulationRequest(signal=SIGNAL, background=BACKGROUND, seed=SEED)
    made = (home / "data" / "rd.twin.h5").exists()
    table = events_of("rd", home, None if made else simulation)
    return bench.draw(table, bench.Sample("train", "natural", most=1_000_000))


def epochs(table: bench.Table) -> Iterator[list[str]]:
    """The texts of each pass, every event in another form each time."""
    seed = 0
    while True:
        yield list(event_texts(table, seed))
        seed += 1


def main() -> None:
    """Simulate, train, write."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--steps", type=int, default=3200, help="optimizer steps of 32 texts")
    words.add_argument(
        "--home",
        type=Path,
        default=bench.data_folder().parent / "pretraining",
        help="where its events are kept",
    )
    words.add_argument("-o", "--output", type=Path, default=TARGET)
    arguments = words.parse_args()
    table = events(arguments.home)
    texts = [*next(epochs(table)), *vocabulary_texts() * 2000]
    tokenizer = train_tokenizer(texts, VOCABULARY)
    model = build(tokenizer, seed=0)
    count = sum(p.numel() for p in model.parameters())
    print(f"{len(table)} events, {len(tokenizer)} tokens, {count / 1e6:.2f} M parameters")
    started = time.monotonic()

    def report(step: int, loss: float, took: float) -> None:
        left = took / max(step, 1) * (arguments.steps - step)
        print(f"step {step}: loss {loss:.4f}, about {left:.0f} s left", flush=True)

    loss = pretrain(model, tokenizer, epochs(table), arguments.steps, report)
    model.bfloat16().save_pretrained(arguments.output)
    tokenizer.save_pretrained(arguments.output)
    took = time.monotonic() - started
    print(f"loss {loss:.4f} after {arguments.steps * BATCH} texts and {took:.0f} s")


if __name__ == "__main__":
    main()
