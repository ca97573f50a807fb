"""Random bases whose embeddings are tied: their first gradient tells next to nothing of labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.language import LanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from events import context, inputs

from bench.guards import smoke_fit
from bench.guards.b027_labels import ALIKE, Labels
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.inspect import inspect

SEED = 9
"""A seed whose first batch has as much signal as background, where gradients are most alike."""
SHAPE: dict[str, Any] = {
    **{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 600},
    **{"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 1024},
}


def tied(kind: str, folder: Path, *, whole: bool = True) -> str:
    """A base with random weights, tied embeddings, no BOS and a token a byte.

    The two answers are a token each, or of several that begin apart.
    """
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = ["Ġbackground", "Ġsignal"]
    merges = [(word[:i], word[i]) for word in words for i in range(1, len(word) if whole else 2)]
    joined = [one + other for one, other in merges]
    marks = ["<|end|>", *sorted(pre_tokenizers.ByteLevel.alphabet()), *joined]
    made = Tokenizer(models.BPE(vocab={m: i for i, m in enumerate(marks)}, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=marks[0], pad_token=marks[0]
    )
    form = {"head_dim": 16} if kind == "Gemma" else {}
    config = getattr(transformers, f"{kind}Config")(tie_word_embeddings=True, **SHAPE, **form)
    torch.manual_seed(0)
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def rehearsed(
    model: LanguageModel, folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int = SEED
) -> SmokeFitEvidence:
    """A smoke fit without its fresh process."""
    monkeypatch.setattr(smoke_fit, "reread", lambda *given: (np.zeros(len(given[2])), []))
    return smoke_fit.smoke_fit(model, inputs(400), inputs(100, 1), context(folder, seed))


def cosine(evidence: SmokeFitEvidence) -> float:
    """Of the first gradients on the labels and on their opposites."""
    assert evidence.record
    assert evidence.record_flipped
    a, b = (np.concatenate(r.gradients[0]) for r in (evidence.record, evidence.record_flipped))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("kind", "form", "options"),
    [
        ("Qwen2", TextOnly, {}),
        ("Llama", TextOnly, {}),
        ("Gemma", PromptFusion, {"place": "first"}),
        ("Gemma", TextOnly, {"lr": 1e-5}),
    ],
    ids=["qwen2, text", "llama, text", "gemma, numbers fused", "gemma, small rate"],
)
def test_a_tied_random_base_that_heeds_its_labels_is_let_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    form: type[LanguageModel],
    options: dict[str, Any],
) -> None:
    model = form(base=tied(kind, tmp_path / "base"), **options)
    evidence = rehearsed(model, tmp_path / "fit", monkeypatch)
    assert cosine(evidence) > ALIKE  # the gradient alone would void it
    assert inspect([Labels], evidence)[0].outcome == "passed"


def test_one_whose_answers_are_of_several_tokens_is_let_alone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but certain of the shorter word, it tells its events apart in log odds alone."""
    model = TextOnly(base=tied("Qwen2", tmp_path / "base", whole=False))
    evidence = rehearsed(model, tmp_path / "fit", monkeypatch)
    assert cosine(evidence) > ALIKE
    assert evidence.flipped.min() > 0.999999
    assert inspect([Labels], evidence)[0].outcome == "passed"


def test_a_tied_random_base_that_does_not_heed_its_labels_is_void(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench_llm.examples import Examples

    def ignored(self: Examples, rows: Any, dropped: Any, device: str) -> Any:
        signal = np.tile(self.tokens.answers.ids[1], (len(rows), 1))
        return self.followed(rows, signal, device, dropped)

    monkeypatch.setattr(Examples, "answered", ignored)
    model = TextOnly(base=tied("Qwen2", tmp_path / "base"))
    evidence = rehearsed(model, tmp_path / "fit", monkeypatch)
    assert inspect([Labels], evidence)[0].outcome == "void"
