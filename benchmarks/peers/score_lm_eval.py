"""Scoring by lm-evaluation-harness: `HFLM.loglikelihood` of both answers after each prompt."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from peers.side import now, serve
from peers.task import Task

SIZES = (1, 4, 16, 64, 256)
"""Batches that are tried, of which the fastest is taken; `auto` tries the longest context instead,
which no prompt comes near, and on a CPU there is no end of memory that would stop it."""
ANSWERS = (" background", " signal")


def main() -> None:
    """Load it, take the best batch size, then score at each turn."""
    task = Task.read(sys.argv[1])
    language = HFLM(task.base, device=task.device, dtype="float32", batch_size=1, logits_cache=True)
    demand_same_tokens(language, task)
    requests = [
        Instance("loglikelihood", {}, (task.bos + text, answer), 0)
        for text in task.texts
        for answer in ANSWERS
    ]
    few = requests[: 2 * min(len(task.texts), 4 * max(SIZES))]
    score(language, few[:8])
    sizes = [size for size in SIZES if size <= len(few) // 2]
    seconds = {size: score(language, few, size)[0] for size in sizes}
    best = min(seconds, key=seconds.__getitem__)

    def run() -> dict[str, Any]:
        took, scores = score(language, requests, best)
        return {"seconds": took, "scores": scores, "batch": best}

    serve(run)


def score(language: HFLM, requests: list[Instance], size: int = 1) -> tuple[float, list[float]]:
    """Seconds, and P(signal) of each event among the two answers."""
    language.batch_size_per_gpu = size
    begun = now()
    told = language.loglikelihood(requests, disable_tqdm=True)
    seconds = now() - begun
    logs = np.array([log for log, _ in told], dtype=np.float64).reshape(-1, 2)
    return seconds, (1 / (1 + np.exp(logs[:, 0] - logs[:, 1]))).tolist()


def demand_same_tokens(language: HFLM, task: Task) -> None:
    """Refuse to compare anything but the very same tokens."""
    for text, prompt in zip(task.texts, task.prompts, strict=True):
        for answer, tokens in zip(ANSWERS, task.answers, strict=True):
            encoded = language._encode_pair(task.bos + text, answer)
            if (list(encoded[0]), list(encoded[1])) != (prompt, tokens[:1]):
                raise SystemExit(f"lm-eval reads {encoded}, bench {prompt} and {tokens[:1]}")


if __name__ == "__main__":
    main()
