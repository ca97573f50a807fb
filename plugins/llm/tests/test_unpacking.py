"""A GGUF file of a small model is unpacked once, verified, and holds the file's own weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from bench_llm.bases import unpacking
from bench_llm.bases.loading import BaseForm, load_config, load_language, load_tokenizer
from bench_llm.bases.source import SHIPPED, BaseSource
from bench_llm.bases.unpacking import unpacked
from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

import bench

NAMES = {
    **{"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"},
    **{f"self_attn.{x}_proj": f"attn_{x}" for x in "qkv"},
    **{"self_attn.o_proj": "attn_output", "input_layernorm": "attn_norm"},
    **{"post_attention_layernorm": "ffn_norm", "model.layers.": "blk."},
    **{f"mlp.{x}_proj": f"ffn_{x}" for x in ("gate", "up", "down")},
}
"""Of tensors, in the hub's layout and in llama.cpp's."""


@pytest.fixture
def language() -> Qwen2ForCausalLM:
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(AutoTokenizer.from_pretrained(SHIPPED)), hidden_size=32,
        intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=128, tie_word_embeddings=False,
    )  # fmt: skip
    return Qwen2ForCausalLM(config)


@pytest.fixture
def file(tmp_path: Path, language: Qwen2ForCausalLM, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model in llama.cpp's format, its matrices in 8 bits, with the tokenizer of `tiny`."""
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    unpacked.cache_clear()
    path, config = tmp_path / "small.gguf", language.config
    writer: Any = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    add_tokenizer(writer)
    for name, tensor in language.state_dict().items():
        eight_bits = tensor.ndim == 2
        kind = gguf.GGMLQuantizationType.Q8_0 if eight_bits else gguf.GGMLQuantizationType.F32
        packed = gguf.quants.quantize(tensor.numpy(), kind)
        writer.add_tensor(in_llama_cpp(name), packed, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def add_tokenizer(writer: Any) -> None:
    """The vocabulary of `tiny` and its merges."""
    plain = json.loads((SHIPPED / "tokenizer.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([tokenizer.convert_ids_to_tokens(i) for i in range(len(tokenizer))])
    merges = plain["model"]["merges"]
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)


def in_llama_cpp(name: str) -> str:
    for ours, theirs in NAMES.items():
        name = name.replace(ours, theirs)
    return name


def test_its_weights_are_those_of_the_file_to_the_bit(
    file: Path, language: Qwen2ForCausalLM
) -> None:
    loaded = load_language(BaseSource(str(file)), BaseForm(), "cpu")
    reader = {tensor.name: tensor for tensor in gguf.GGUFReader(file).tensors}
    for name, weights in loaded.state_dict().items():
        tensor = reader[in_llama_cpp(name)]
        said = torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        assert torch.equal(weights, said.reshape(weights.shape)), name
        assert torch.allclose(weights, language.state_dict()[name], atol=1e-2), name
    assert load_config(BaseSource(str(file))).num_hidden_layers == 2


def test_its_tokenizer_splits_text_as_its_architecture_s_does(file: Path) -> None:
    """What transformers reads out of the file alone has GPT-2's pattern, whatever the model."""
    tokenizer = load_tokenizer(BaseSource(str(file)))
    text = "m_jj 3412 GeV, signal or background?"
    model = json.loads((SHIPPED / "tokenizer.json").read_text())["model"]
    own = Qwen2Tokenizer(vocab=model["vocab"], merges=[tuple(m) for m in model["merges"]])
    assert tokenizer(text)["input_ids"] == own(text)["input_ids"]
    assert tokenizer.eos_token == AutoTokenizer.from_pretrained(SHIPPED).eos_token


def test_it_is_unpacked_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unpacked(file)
    unpacked.cache_clear()
    monkeypatch.setattr(unpacking, "_unpack", lambda *_: pytest.fail("unpacked again"))
    assert unpacked(file) == folder
    assert [path.name for path in folder.parent.glob("[!.]*")] == [folder.name]  # beside its lock


def test_a_damaged_folder_is_unpacked_anew(file: Path) -> None:
    weights = unpacked(file) / "model.safetensors"
    sound = weights.read_bytes()
    weights.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    unpacked.cache_clear()
    assert (unpacked(file) / weights.name).read_bytes() == sound


def test_what_is_no_gguf_file_is_refused_in_one_line_and_leaves_nothing(file: Path) -> None:
    file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(bench.InputError, match=r"base=.*small.gguf cannot be loaded"):
        load_config(BaseSource(str(file)))
    shelf = file.parent / "home/bases"
    assert not [path for path in shelf.glob("*") if path.suffix != ".lock"]
