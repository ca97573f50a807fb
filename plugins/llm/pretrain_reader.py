"""Makes the base `reader`, which reads events in words: texts put together at random, no event.

    python plugins/llm/pretrain_reader.py --minutes 3 --device cuda --workers 15

It learns from the templates of `benchmarks/asking_templates_development.txt` in other words, and
from texts that a grammar puts together, by the vocabulary of `rd` alone: no simulation, no label,
and neither the held-out templates nor the texts that were written by hand. With `--steps` in place
of the minutes the texts and their order are the same each time, whatever the number of workers; the
weights are not, as the tokenizer leaves merges out at random and a device adds in its own order.
"""

from __future__ import annotations

import argparse
import copy
import os
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from bench_lhco.datasets import ResearchAndDevelopment
from bench_llm.asking.marking import NOTHING, NUMBERS, facts, mark
from bench_llm.asking.writing import BOTH_WAYS
from bench_llm.pretraining.tokenizer import train_tokenizer
from reading_batches import Arrays, Batch, Batches, collate, encoded, placed
from reading_texts import Marked, Source, judged
from tokenizers import AddedToken
from torch.nn.functional import cross_entropy
from transformers import MistralConfig, MistralForCausalLM, PreTrainedTokenizerBase

import bench

TARGET = Path(__file__).parent / "bench_llm" / "reader"
VOCABULARY, LEARNED_FROM = 1280, 12000
"""Tokens, and the texts that they are made from."""
PART = 100
"""Texts that a process makes at once, where they are for no training."""
SHAPE: dict[str, Any] = {
    "hidden_size": 256,
    "intermediate_size": 704,
    "num_hidden_layers": 6,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 32,
    "max_position_embeddings": 4096,
    "sliding_window": None,
    "tie_word_embeddings": True,
    BOTH_WAYS: True,
}
"""Mistral's architecture; each token of a text sees the whole text."""
PEAK, WARMUP, FALL = 2e-3, 200, 0.5
"""The highest learning rate, the steps in which it rises, the share in which it falls to nought."""
EVERY = 45.0
"""Seconds after which it is judged and written."""


def main() -> None:
    """Train and write."""
    arguments = read_arguments()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    torch.set_num_threads(arguments.threads)
    vocabulary, (learned, kept_back) = ResearchAndDevelopment().vocabulary(()), judged()
    templates = learned if arguments.judged else [*learned, *kept_back]
    some = partial(texts_of, vocabulary, arguments.workers)
    said = [f" {one}\n" for one in (*facts(vocabulary), NOTHING)]
    tokenizer = tokenizer_of(some(templates, 0.65, LEARNED_FROM), said)
    tests = {
        "templates": tests_of(some(learned, 1.0, 600), tokenizer),
        "unseen templates": tests_of(some(kept_back, 1.0, 600), tokenizer),
        "speaker": tests_of(some(learned, 0.0, 600), tokenizer),
    }
    batches = Batches(vocabulary, templates, tokenizer, arguments.texts, arguments.workers)
    model = build(tokenizer).to(arguments.device)  # behind the processes, which share no device
    size = sum(p.numel() for p in model.parameters())
    print(f"{size} parameters, {len(tokenizer)} tokens, {len(templates)} templates", flush=True)
    try:
        train(model, tokenizer, batches, tests, arguments)
    finally:
        batches.close()
    write(model, tokenizer, arguments.output)


def texts_of(
    vocabulary: bench.Vocabulary, workers: int, templates: Sequence[str], share: float, count: int
) -> list[Marked]:
    """Texts that no training sees, made by several processes."""
    parts = [
        (vocabulary, templates, share, min(PART, count - i), 10**6 + i)
        for i in range(0, count, PART)
    ]
    if not workers:
        return [text for part in parts for text in _part(part)]
    with get_context("fork").Pool(workers) as pool:
        return [text for some in pool.map(_part, parts) for text in some]


def _part(given: tuple[bench.Vocabulary, Sequence[str], float, int, int]) -> list[Marked]:
    vocabulary, templates, share, count, seed = given
    source = Source(vocabulary, templates, seed).texts(share)
    return [next(source) for _ in range(count)]


def tokenizer_of(texts: Sequence[Marked], said: Sequence[str]) -> PreTrainedTokenizerBase:
    """A tokenizer of such texts, with a token for each mark and each fact."""
    tokenizer = train_tokenizer((one.text for one in texts), VOCABULARY)
    tokenizer.add_tokens([AddedToken(one, normalized=False) for one in said])
    tokenizer.add_special_tokens(
        {"additional_special_tokens": [mark(number) for number in range(NUMBERS)]}
    )
    return tokenizer


def build(tokenizer: PreTrainedTokenizerBase) -> MistralForCausalLM:
    """The model with random weights."""
    torch.manual_seed(0)
    ends = {f"{n}_token_id": getattr(tokenizer, f"{n}_token_id") for n in ("bos", "eos", "pad")}
    return MistralForCausalLM(MistralConfig(vocab_size=len(tokenizer), **ends, **SHAPE))


def train(
    model: MistralForCausalLM,
    tokenizer: PreTrainedTokenizerBase,
    batches: Batches,
    tests: dict[str, list[Arrays]],
    arguments: argparse.Namespace,
) -> None:
    """Train in place, for so many steps or minutes."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    fused = arguments.device != "cpu"
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=fused)
    started, shown, losses, waited = time.monotonic(), 0.0, [], 0.0
    for step in range(10**9):
        seconds = time.monotonic() - started
        done = step / arguments.steps if arguments.steps else seconds / 60 / arguments.minutes
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = PEAK * min((step + 1) / WARMUP, 1.0, (1 - done) / FALL)
        since = time.monotonic()
        batch = placed(batches.next(), arguments.device)
        waited += time.monotonic() - since
        loss = loss_of(model, batch, arguments.device)[0]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
        if step % 50 == 0:
            mean = float(torch.stack(losses[-50:]).mean())
            print(f"step {step}: {mean:.4f} nats, {seconds:.0f} s, {waited:.0f} waited", flush=True)
        if seconds - shown > EVERY:
            shown = seconds
            write(model, tokenizer, arguments.output)
            judge(model, tests, arguments.device)
    print(f"{step} steps, {time.monotonic() - started:.0f} s")
    judge(model, tests, arguments.device)


def loss_of(
    model: MistralForCausalLM, batch: Batch, device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Nats a token of a fact, and whether each of them would be written: (k,)."""
    with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=device != "cpu"):
        states = model.model(
            input_ids=batch.ids, attention_mask=batch.sees(), use_cache=False
        ).last_hidden_state
        logits = model.lm_head(states.flatten(0, 1).index_select(0, batch.places))
    loss = cross_entropy(logits.float(), batch.targets)
    return loss, logits.detach().argmax(-1) == batch.targets


@torch.no_grad()
def judge(model: MistralForCausalLM, tests: dict[str, list[Arrays]], device: str) -> None:
    """Print the share of numbers whose fact would be written, behind right ones."""
    model.eval()
    for name, batches in tests.items():
        of = right = 0
        for arrays in batches:
            batch = placed(arrays, device)
            wrong = ~loss_of(model, batch, device)[1] & (batch.lines >= 0)
            of += int(batch.lines.max()) + 1
            right += int(batch.lines.max()) + 1 - len(batch.lines[wrong].unique())
        print(f"  {name}: {right / of:.4f} of {of:.0f} numbers", flush=True)
    model.train()


def tests_of(texts: Sequence[Marked], tokenizer: PreTrainedTokenizerBase) -> list[Arrays]:
    """Batches of texts."""
    rows = sorted((encoded(tokenizer, tokenizer, one) for one in texts), key=lambda r: len(r[0]))
    size = 100
    padding = int(tokenizer.pad_token_id)
    return [collate(rows[i : i + size], padding) for i in range(0, len(rows), size)]


def write(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """The model in bfloat16, and its tokenizer."""
    copy.deepcopy(model).cpu().bfloat16().save_pretrained(folder)  # type: ignore[operator]
    tokenizer.save_pretrained(folder)


def read_arguments() -> argparse.Namespace:
    """What the command line says."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--minutes", type=float, default=3.0, help="of training")
    words.add_argument("--steps", type=int, default=0, help="in place of the minutes")
    words.add_argument("--texts", type=int, default=256, help="of a step")
    words.add_argument("--workers", type=int, default=0, help="processes that make texts; 0: none")
    words.add_argument("--threads", type=int, default=1, help="of the processor")
    words.add_argument("--device", default="cpu")
    words.add_argument(
        "--judged", action="store_true", help="leave one template in nine out, to judge by them"
    )
    words.add_argument("-o", "--output", type=Path, default=TARGET)
    return words.parse_args()


if __name__ == "__main__":
    main()
