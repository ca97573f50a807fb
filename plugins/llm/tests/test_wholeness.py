"""A base whose files are not the whole of its model is refused before any work, by one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from bench_llm.bases.loading import BaseForm, load_language, load_tokenizer
from bench_llm.bases.source import SHIPPED, BaseSource
from bench_llm.bases.wholeness import demand_whole
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from events import context, inputs
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

import bench

WEIGHTS, CONFIG = "model.safetensors", "config.json"
MATRIX = "model.layers.0.mlp.down_proj.weight"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model whose head is tied to its embeddings, with the tokenizer of `tiny`."""
    folder = tmp_path_factory.mktemp("whole")
    for file in SHIPPED.iterdir():
        if file.name.startswith(("tokenizer", "special_tokens")):
            shutil.copy(file, folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=600, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def base(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "base"))


def tensors(change: Callable[[dict[str, torch.Tensor]], Any]) -> Callable[[Path], None]:
    """Change the weights of a base."""

    def changed(base: Path) -> None:
        weights = load_file(base / WEIGHTS)
        change(weights)
        save_file(weights, base / WEIGHTS, metadata={"format": "pt"})

    return changed


def file(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the bytes of a base's weights."""
    return lambda base: (base / WEIGHTS).write_bytes(change((base / WEIGHTS).read_bytes())) and None


def config(**values: Any) -> Callable[[Path], None]:
    """Change what a base says of itself."""

    def changed(base: Path) -> None:
        before = json.loads((base / CONFIG).read_text())
        (base / CONFIG).write_text(json.dumps(before | values))

    return changed


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a tensor less": (tensors(lambda w: w.pop(MATRIX)), f"1 weights are not in .*{MATRIX}"),
    "a tensor more": (tensors(lambda w: w.update(extra=torch.ones(2))), "in its files and not in"),
    "another shape": (
        tensors(lambda w: w.update({MATRIX: torch.ones(5, 7)})),
        f"of another shape in its files, as {MATRIX}$",
    ),
    "half a file": (file(lambda b: b[: len(b) // 2]), "is not whole"),
    "a header cut off": (file(lambda b: b[:50]), "is not whole"),
    "an empty file": (file(lambda _: b""), "is not whole"),
    "a flipped header": (file(lambda b: b[:9] + bytes([b[9] ^ 255]) + b[10:]), "is not whole"),
    "no weights": (lambda base: (base / WEIGHTS).unlink(), WEIGHTS),
    "weights as a pickle": (
        lambda base: (base / WEIGHTS).rename(base / "pytorch_model.bin"),
        WEIGHTS,
    ),
    "fewer blocks": (config(num_hidden_layers=1), "in its files and not in"),
    "more blocks": (config(num_hidden_layers=3), "not in its files"),
    "fewer words": (config(vocab_size=500), "of another shape"),
    "heads that do not divide": (config(num_attention_heads=7), "base=.*"),
    "a head of its own": (config(tie_word_embeddings=False), "not in its files, as lm_head"),
    "an unknown architecture": (config(model_type="nosuch"), "cannot be loaded"),
    "a word for a number": (config(hidden_size="x"), "hidden_size"),
    "no number at all": (config(hidden_size=-32), "base=.*"),
    "half a configuration": (lambda base: (base / CONFIG).write_text("{"), "cannot be loaded"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_it_is_refused_before_any_work_and_where_it_is_shown(base: Path, what: str) -> None:
    breaks, message = BROKEN[what]
    breaks(base)
    events, place = inputs(8), context(base)
    for model in (TextOnly(base=str(base)), PromptFusion(base=str(base))):
        for looked in (model.preview, model.render):
            with pytest.raises(bench.InputError, match=message) as refused:
                looked(events, place)
            assert "\n" not in str(refused.value)


@pytest.mark.parametrize("what", ["a tensor less", "a tensor more", "another shape"])
def test_it_is_refused_where_it_is_loaded_too(base: Path, what: str) -> None:
    breaks, message = BROKEN[what]
    breaks(base)
    with pytest.raises(bench.InputError, match=message):
        load_language(BaseSource(str(base)), BaseForm(), "cpu")


def test_a_whole_one_is_taken_quietly(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    demand_whole(BaseSource(str(base)))
    demand_whole(BaseSource(str(SHIPPED)))
    assert capfd.readouterr() == ("", "")


def test_random_weights_want_a_configuration_alone(base: Path) -> None:
    (base / WEIGHTS).unlink()
    demand_whole(BaseSource(str(base)), weights=False)


def test_a_broken_tokenizer_is_one_line(base: Path) -> None:
    (base / "tokenizer.json").write_text("{}")
    with pytest.raises(bench.InputError, match=r"^base=.* cannot be loaded: .+$"):
        load_tokenizer(BaseSource(str(base)))
