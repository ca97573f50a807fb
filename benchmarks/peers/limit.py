"""The machine's own matrix rate: products of float32 of the shapes that the model has.

By `torch.matmul`, and on a CPU by oneDNN, which torch brings too: on processors that MKL does not
favour it is more than twice as fast, and it is the machine's rate that counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from peers.side import now, serve
from peers.task import Task

TOKENS = (512, 1024, 2048, 4096)
SECONDS = 0.3


def main() -> None:
    """Measure at each turn."""
    task = Task.read(sys.argv[1])
    config = AutoConfig.from_pretrained(task.base)
    with torch.device("meta"):
        language = AutoModelForCausalLM.from_config(config)
    block = language.base_model.layers[0]
    weights = [
        torch.randn(module.weight.shape, device=task.device) * 0.02
        for module in block.modules()
        if isinstance(module, torch.nn.Linear)
    ]

    def run() -> dict[str, Any]:
        with torch.inference_mode():
            rates = {
                product.__name__: max(rate(product, weights, tokens) for tokens in TOKENS)
                for product in ([matmul] if task.device == "cuda" else [matmul, onednn])
            }
        return {"rate": max(rates.values()), "by": list(rates), **rates}

    serve(run)


def matmul(states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """By what torch takes for a linear layer."""
    return torch.matmul(states, weight.T)


def onednn(states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """By oneDNN, exact in float32."""
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, None, "none", [], "")
    return product


def rate(
    product: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    weights: list[torch.Tensor],
    tokens: int,
) -> float:
    """Additions and multiplications a second: all matrices of a block, one after the other."""
    states = {w.shape[1]: torch.randn(tokens, w.shape[1]).to(w) for w in weights}
    done, begun, best = 0, now(), float("inf")
    while now() - begun < SECONDS or done < 2:
        before = now()
        for weight in weights:
            product(states[weight.shape[1]], weight)
        best, done = min(best, now() - before), done + 1
    return sum(2 * tokens * w.numel() for w in weights) / best


if __name__ == "__main__":
    main()
