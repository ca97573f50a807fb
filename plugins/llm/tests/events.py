"""Events made up for the tests, and a small local base to start from."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from bench_llm.prompts.features import FeaturesPrompt

import bench

COLUMNS = (
    bench.Column("j1_pt", "GeV", "tells", object="jet 1", quantity="pt"),
    bench.Column("j1_m", "GeV", "tells nothing", "", "jet 1", "m", needs="has_j2"),
    bench.Column("has_j2", "1", "always there"),
)


def columns(*names: str) -> tuple[bench.Column, ...]:
    """Columns of jets by the names that the bench's own features have."""
    made = []
    for name in names:
        of_jet = re.fullmatch(r"j(\d)_(\w+)", name)
        second = name in ("dr_jj", "m_jj") or bool(of_jet and of_jet[1] == "2")
        needs = "has_j2" if second and "has_j2" in names else ""
        jet = {"object": f"jet {of_jet[1]}", "quantity": of_jet[2]} if of_jet else {}
        made.append(bench.Column(name, "1", name, needs=needs, **jet))
    return tuple(made)


def table(n: int, seed: int = 0) -> bench.Table:
    """Signal has twice the pt of background, with a spread; the mass says nothing."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    pt = rng.normal(1000, 200, size=n) * (1 + y)
    x = np.stack([pt, rng.normal(100, 10, size=n), np.ones(n)], axis=1).astype(np.float32)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x, y, ids, np.ones(n))


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    """Both views of such events."""
    made = table(n, seed)
    views = {"texts": FeaturesPrompt().encode(made, {})["texts"], "numbers": made.x}
    return bench.Inputs(views, made.y, made.ids, made.weights)


def context(folder: Path, seed: int = 0) -> bench.Context:
    """A quiet context whose checkpoints are in the folder."""
    folder.mkdir(exist_ok=True)
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, seed=seed)


def small_base(folder: Path, seed: int = 7) -> str:
    """A base in the Hugging Face layout, of Mistral's architecture, as small as it can be."""
    import torch
    from bench_llm.pretraining.tokenizer import train_tokenizer
    from transformers import MistralConfig, MistralForCausalLM

    texts = inputs(10).views["texts"]
    tokenizer = train_tokenizer([*texts, "Answer: signal", "Answer: background"] * 5, 360)
    shape = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 96}
    torch.manual_seed(seed)
    config = MistralConfig(vocab_size=len(tokenizer), **shape, **heads)
    MistralForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a small base."""
    return small_base(tmp_path_factory.mktemp("base"))
