"""A language model that has been fitted: scores in one forward pass, saves, loads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from transformers import AutoTokenizer

import bench
from bench_llm.base import build_base
from bench_llm.network import FusedModel
from bench_llm.prompts import BARE
from bench_llm.tokens import label_ids, tokenise
from bench_llm.training import Examples, Schedule, Training

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from bench_llm.nfa import FirstTokenFusion

BATCH = 256
"""Events scored at once."""


@dataclass(frozen=True, eq=False)
class FittedLanguageModel:
    """Network and tokenizer."""

    network: FusedModel
    tokenizer: PreTrainedTokenizerBase
    device: str

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event from the two answers' tokens: (n,); one pass, no generation.

        A view that is not there is gone without: no numbers are added, or the prompt is bare.
        """
        examples = read(inputs, self.tokenizer, self.network)
        return score_examples(self.network, examples, label_ids(self.tokenizer), self.device)

    def save(self, folder: Path) -> None:
        """Weights, scaling, configuration and tokenizer."""
        self.network.save(folder)
        self.tokenizer.save_pretrained(folder)

    @classmethod
    def load(cls, folder: Path, device: str) -> FittedLanguageModel:
        """What `save` wrote."""
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        return cls(FusedModel.load(folder).to(device), tokenizer, device)


def fit_fusion(
    options: FirstTokenFusion, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
) -> FittedLanguageModel:
    """Build the network of these options and train it."""
    numbers = train.views["numbers"]
    for told, inputs in (("train", train), ("valid", valid)):
        if len(np.unique(inputs.y)) < 2:
            raise bench.InputError(f"the {told} sample has one class only")
    language, tokenizer = build_base(options.base, train.views["texts"], context.seed)
    with torch.random.fork_rng():
        torch.manual_seed(context.seed)
        network = FusedModel(language, numbers.shape[1], options.units)
    network.scaler.learn(numbers)
    network.to(context.device)
    schedule = Schedule(
        lr=options.lr,
        adapter_lr=options.adapter_lr,
        epochs=options.epochs,
        batch=options.batch,
        warmup=options.warmup,
        weight_decay=options.weight_decay,
        clip=options.clip,
        withhold=options.withhold,
        seed=context.seed,
    )
    labels = label_ids(tokenizer)
    seen, watched = (read(inputs, tokenizer, network) for inputs in (train, valid))

    def valid_auc() -> float:
        scores = score_examples(network, watched, labels, context.device)
        return float(roc_auc_score(watched.y, scores))

    Training(network, seen, labels, schedule, valid_auc, context).run()
    return FittedLanguageModel(network.eval(), tokenizer, context.device)


def read(inputs: bench.Inputs, tokenizer: PreTrainedTokenizerBase, network: FusedModel) -> Examples:
    """What the network reads of these events; the same for training and for scoring.

    Raises:
        InputError: numbers that are not finite, or not as many as the network was built for.
    """
    texts = inputs.views.get("texts", [BARE] * len(inputs))
    numbers = inputs.views.get("numbers")
    if numbers is not None:
        _demand_numbers(numbers, network.d)
    longest = network.language.config.max_position_embeddings
    return Examples(tokenise(tokenizer, texts, longest), numbers, inputs.y, inputs.weights)


def _demand_numbers(numbers: NDArray[np.float32], d: int) -> None:
    if numbers.ndim != 2 or numbers.shape[1] != d:
        raise bench.InputError(f"numbers of shape {numbers.shape}, wanted {d} of each event")
    if bad := int((~np.isfinite(numbers).all(axis=1)).sum()):
        raise bench.InputError(f"{bad} of {len(numbers)} events have numbers that are not finite")


def score_examples(
    network: FusedModel, examples: Examples, labels: tuple[int, int], device: str
) -> NDArray[np.float64]:
    """P(signal) of each example: (n,); batches of like length, in evaluation mode."""
    scores = np.empty(len(examples.y))
    order = np.argsort(examples.tokens.lengths, kind="stable")
    training = network.training
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            logits = network(*examples.batch(rows, device))
            odds = logits[:, labels[1]].double() - logits[:, labels[0]].double()
            scores[rows] = torch.sigmoid(odds).cpu().numpy()
    network.train(training)
    return scores
