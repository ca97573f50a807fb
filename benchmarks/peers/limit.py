"""The machine's own matrix rate: products of float32 of the shapes that the model has."""

from __future__ import annotations

import sys
import time
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from peers.side import serve
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
        torch.randn(module.weight.shape) * 0.02
        for module in block.modules()
        if isinstance(module, torch.nn.Linear)
    ]

    def run() -> dict[str, Any]:
        with torch.inference_mode():
            rates = {tokens: rate(weights, tokens) for tokens in TOKENS}
            square = rate([torch.randn(2048, 2048)], 2048)
        best = max(rates, key=rates.__getitem__)
        return {"rate": rates[best], "tokens": best, "square": square}

    serve(run)


def rate(weights: list[torch.Tensor], tokens: int) -> float:
    """Additions and multiplications a second: all matrices of a block, one after the other."""
    states = {w.shape[1]: torch.randn(tokens, w.shape[1]) for w in weights}
    done, begun, best = 0, time.perf_counter(), float("inf")
    while time.perf_counter() - begun < SECONDS or done < 2:
        before = time.perf_counter()
        for weight in weights:
            torch.matmul(states[weight.shape[1]], weight.T)
        best, done = min(best, time.perf_counter() - before), done + 1
    return sum(2 * tokens * w.numel() for w in weights) / best


if __name__ == "__main__":
    main()
