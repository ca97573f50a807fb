"""What a base of seven billion parameters in 4 bits costs on a GPU: memory, events/s, matrix rate.

    python benchmarks/llm_gpu.py              the shape of Mistral-7B, random weights, on cuda
    python benchmarks/llm_gpu.py --small --device cpu     the very same path at a small shape

At the study diary's settings (one event at a time, accumulation over 16, every prompt 512 tokens)
and at ours (as many events at once as the memory holds well, prompts no longer than they are).
Scoring is told as a share of the device's own rate in bfloat16 products of that model's shapes,
measured in the same run; of all multiplications only those with weights of blocks are counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from bench_llm.bases.shapes import MISTRAL_7B, mistral, quantised_at_random
from bench_llm.building import fuse
from bench_llm.network.fused import Batch, FusedModel
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.planning import network_plan
from bench_llm.training.optimizer import Rates, build_optimizer
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).parent))  # a safe path leaves the script's folder out

from peers.limit import matmul
from peers.limit import rate as matrix_rate

SMALL = {
    **MISTRAL_7B,
    **{"vocab_size": 512, "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2},
    **{"num_attention_heads": 4, "num_key_value_heads": 2},
}
NUMBERS = 16
MEMORY, SHARE = 7.6, 0.4
"""Goals: GB at the diary's training, and the share of the matrix rate in prefill."""


@dataclass(frozen=True)
class Setting:
    """How events are computed."""

    name: str
    length: int
    """Tokens of each prompt."""
    batch: int
    accumulate: int
    steps: int


TRAINING = (
    Setting("training, the diary's: 1 x 16 of 512 tokens", 512, 1, 16, 2),
    Setting("training, ours: 8 x 4 of 180 tokens", 180, 8, 4, 2),
)
SCORING = (
    Setting("scoring, the diary's: 1 of 512 tokens", 512, 1, 1, 16),
    Setting("scoring, ours: 32 of 180 tokens", 180, 32, 1, 4),
    Setting("scoring, as bench batches on a GPU: 136 of 180 tokens", 180, 136, 1, 4),
)


def main() -> None:
    """Build the network once, run each setting, print one table."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--device", default="cuda")
    words.add_argument("--small", action="store_true", help="a small shape, to try the path")
    arguments = words.parse_args()
    model = PromptFusion(
        tuning="qlora", r=32, alpha=128.0, dropout=0.1, precision="bfloat16", recompute=True,
        units=2048, optimizer="adamw8bit",
    )  # fmt: skip
    language = quantised_at_random(
        mistral(SMALL if arguments.small else MISTRAL_7B), arguments.device
    )
    network = fuse(network_plan(model, d=NUMBERS, seed=0), language, arguments.device)
    count = sum(p.numel() for p in trained(network).values())
    name = torch.cuda.get_device_name() if arguments.device.startswith("cuda") else arguments.device
    print(f"{name}: {count / 1e6:.1f} M trained parameters\n")
    limit = limit_of(network, arguments.device)
    print(f"products of this model's shapes in bfloat16: {limit / 1e12:.1f} TFLOP/s\n")
    rows = [train(network, setting, arguments.device) for setting in TRAINING]
    rows += [score(network, setting, arguments.device, limit) for setting in SCORING]
    headings = ["setting", "peak memory, GB", "events/s", "of the matrix rate"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))
    print(f"\ngoals: training at 512 tokens <= {MEMORY} GB, scoring >= {SHARE:.0%}")


def train(network: FusedModel, setting: Setting, device: str) -> list[object]:
    """Whole optimizer steps; the first one, which makes the optimizer's state, is not timed."""
    optimizer = build_optimizer(network, "adamw8bit", Rates(3e-5, 3e-4, 0.0))
    network.train()
    begun = start(device)
    for step in range(setting.steps + 1):
        for _ in range(setting.accumulate):
            logits = network(batch(network, setting, device)).float()
            (logits.logsumexp(-1).mean() / setting.accumulate).backward()
        optimizer.step()
        optimizer.zero_grad()
        if step == 0:
            begun = clock(device)
    events = setting.steps * setting.accumulate * setting.batch
    return row(setting, events, begun, device)


def score(network: FusedModel, setting: Setting, device: str, limit: float) -> list[object]:
    """Forward passes alone, and how near they come to the limit."""
    network.eval()
    start(device)
    events = batch(network, setting, device)
    with torch.inference_mode():
        network(events)
        begun = clock(device)
        for _ in range(setting.steps):
            network(events)
        work = 2 * products(network) * setting.batch * setting.length * setting.steps
        share = work / (clock(device) - begun) / limit
        return [*row(setting, setting.steps * setting.batch, begun, device)[:-1], f"{share:.0%}"]


def limit_of(network: FusedModel, device: str) -> float:
    """Additions and multiplications a second in bfloat16 products of a block's shapes."""
    block = network.language.base_model.layers[0]
    shapes = [(m.out_features, m.in_features) for m in block.modules() if base_layer(m)]
    weights = [torch.randn(s, device=device, dtype=torch.bfloat16) * 0.02 for s in shapes]
    with torch.inference_mode():
        return max(matrix_rate(matmul, weights, tokens) for tokens in (4096, 8192, 16384))


def products(network: FusedModel) -> int:
    """Products for each token in the matrices of the blocks, which 4 bits hide from a counter.

    Attention's own, and those of the head for the last token, are left out.
    """
    layers = [m for m in network.language.base_model.layers.modules() if base_layer(m)]
    return sum(layer.out_features * layer.in_features for layer in layers)


def base_layer(module: torch.nn.Module) -> bool:
    """Whether it is a linear layer of the base, and not of an adapter."""
    return type(module).__name__ == "Linear4bit"


def batch(network: FusedModel, setting: Setting, device: str) -> Batch:
    """Prompts of random tokens, the last one read."""
    vocabulary = network.language.config.vocab_size
    ids = torch.randint(0, vocabulary, (setting.batch, setting.length), device=device)
    reads = torch.full((setting.batch, 1), setting.length - 1, device=device)
    return Batch(ids, reads, torch.randn(setting.batch, NUMBERS, device=device))


def start(device: str) -> float:
    """Forget earlier peaks."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    return clock(device)


def clock(device: str) -> float:
    """Seconds, after all that was asked of the device is done."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.monotonic()


def row(setting: Setting, events: int, begun: float, device: str) -> list[object]:
    """One line of the table."""
    rate = events / (clock(device) - begun)
    peak = torch.cuda.max_memory_allocated() / 1e9 if device.startswith("cuda") else None
    return [setting.name, "-" if peak is None else f"{peak:.2f}", f"{rate:.2f}", ""]


if __name__ == "__main__":
    main()
