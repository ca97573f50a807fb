"""The language model to start from: `tiny`, or a folder in the Hugging Face layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TINY = "tiny"
SHAPE = {
    "hidden_size": 96,
    "intermediate_size": 240,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "num_key_value_heads": 1,
    "max_position_embeddings": 512,
    "sliding_window": None,
    "tie_word_embeddings": True,
}
"""Mistral's architecture at a size that trains on two CPU cores in minutes."""


def build_base(
    base: str, texts: Sequence[str], seed: int
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The language model, in float32, and its tokenizer.

    Args:
        base: `tiny`, or the folder of a model and its tokenizer.
        texts: prompts of the train split, whose words `tiny` gets a token each for.
        seed: for the weights of `tiny`, which start at random.

    Raises:
        InputError: the folder does not hold a model that can be loaded safely.
    """
    return _tiny(texts, seed) if base == TINY else _from_folder(base)


def base_digest(base: str) -> str:
    """The content hash of all files of a base; empty for `tiny`, which is code.

    Raises:
        InputError: there is no such folder.
    """
    if base == TINY:
        return ""
    files = sorted(f for f in _folder(base).rglob("*") if f.is_file())
    return " ".join(bench.file_digest(f) for f in files)


def _tiny(texts: Sequence[str], seed: int) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    from bench_llm.tokens import tiny_tokenizer

    tokenizer = tiny_tokenizer(texts)
    config = MistralConfig(
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=None,
        **SHAPE,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MistralForCausalLM(config), tokenizer


def _from_folder(base: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    folder = _folder(base)
    disable_progress_bar()  # the bench has its own
    safely = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **safely)
        language = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, **safely
        )
    except (OSError, ValueError, KeyError) as error:
        told = str(error).partition("\n")[0]
        raise bench.InputError(f"base={base}: no model with its tokenizer there: {told}") from error
    return language, tokenizer


def _folder(base: str) -> Path:
    folder = Path(base).expanduser()
    if not folder.is_dir():
        raise bench.InputError(f"base={base}: wanted {TINY!r} or the folder of a model")
    return folder
