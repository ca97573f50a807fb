"""Makes the base `reader`, which reads events in words: texts put together at random, no event.

    python plugins/llm/pretrain_reader.py --steps 3000

On one thread. It learns the words of the vocabulary of `rd` alone; no simulation, no label.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from bench_llm.asking.speaking import Speaker
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.pretraining.training import build
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase

import bench
from bench.testing import vocabulary_of

TARGET = Path(__file__).parent / "bench_llm" / "reader"
VOCABULARY, SEED = 1024, 2027
STEP = 48
"""Windows of a step."""
PEAK, WARMUP = 2e-3, 100
ELSEWHERE = 0.05
"""What a token counts that is no part of a fact."""


def vocabulary() -> bench.Vocabulary:
    """The words for events of `rd`, whatever its features."""
    return vocabulary_of("rd")


def pairs(speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Windows and facts without an end."""
    while True:
        yield from speaker.windows()


def batch(
    tokenizer: PreTrainedTokenizerBase, some: list[tuple[str, str]]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Token ids, targets and their weights: (b, longest) each."""
    texts, facts = (
        tokenizer([pair[i] for pair in some], add_special_tokens=False)["input_ids"] for i in (0, 1)
    )
    rows = [[tokenizer.bos_token_id, *t, *f] for t, f in zip(texts, facts, strict=True)]
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), int(tokenizer.pad_token_id))
    weights = torch.zeros(len(rows), longest - 1)
    for i, (row, said) in enumerate(zip(rows, facts, strict=True)):
        ids[i, : len(row)] = torch.tensor(row)
        weights[i, : len(row) - 1] = ELSEWHERE
        weights[i, len(row) - 1 - len(said) : len(row) - 1] = 1.0
    return ids[:, :-1], ids[:, 1:], weights


def main() -> None:
    """Train and write."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    words, rng = vocabulary(), np.random.default_rng(SEED)
    source = pairs(Speaker(words, rng))
    first = [next(source) for _ in range(6000)]
    tokenizer = train_tokenizer(["".join(pair) for pair in first], VOCABULARY)
    model = build(tokenizer, seed=0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=0.1)
    started, losses = time.monotonic(), []
    for step in range(10**9):
        done = max(step / arguments.steps, (time.monotonic() - started) / (60 * arguments.minutes))
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = PEAK * min((step + 1) / WARMUP, 1.0, (1 - done) / 0.3)
        ids, targets, weights = batch(tokenizer, [next(source) for _ in range(STEP)])
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(input_ids=ids, use_cache=False).logits
        said = cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none")
        loss = (said * weights.flatten()).sum() / weights.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        inside = weights.flatten() == 1
        losses.append(float(said.detach()[inside].mean()))
        if step % 50 == 0:
            seconds = time.monotonic() - started
            print(
                f"step {step}: {np.mean(losses[-50:]):.4f} nats a fact's token, {seconds:.0f} s",
                flush=True,
            )
        if step % 500 == 499:
            write(model, tokenizer, arguments.output)
    write(model, tokenizer, arguments.output)
    print(f"{step} steps, {time.monotonic() - started:.0f} s, {np.mean(losses[-100:]):.4f} nats")


def write(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """The model in bfloat16, and its tokenizer."""
    copy.deepcopy(model).bfloat16().save_pretrained(folder)  # type: ignore[operator]
    tokenizer.save_pretrained(folder)


def read_arguments() -> argparse.Namespace:
    """What the command line says."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--steps", type=int, default=3000, help=f"steps of {STEP} windows")
    words.add_argument("--minutes", type=float, default=60.0, help="stop then at the latest")
    words.add_argument("-o", "--output", type=Path, default=TARGET)
    return words.parse_args()


if __name__ == "__main__":
    main()
