"""A fit's LoRA is one of peft's own adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from architectures import architecture
from bench_llm.fitted import FittedLanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from events import context, inputs


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing")  # peft's own
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("Llama", {}),
        ("Llama", {"lora_blocks": 1, "targets": ("all-linear",)}),
        ("GPT2", {}),
        ("OPT", {"targets": ("fc1", "k_proj")}),
    ],
    ids=["llama", "last block, all layers", "gpt2", "opt"],
)
def test_peft_loads_it_and_gives_equal_logits(
    tmp_path: Path, kind: str, options: dict[str, Any]
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = architecture(kind, tmp_path / "base")
    fitted = TextOnly(base=base, tuning="lora", r=4, lr=1e-2, **options).fit(
        inputs(64), inputs(16, 1), context(tmp_path / "fit")
    )
    saved = tmp_path / "saved"
    saved.mkdir()
    fitted.save(saved)
    plain = AutoModelForCausalLM.from_pretrained(base).eval()
    batch = fitted.reader.read(inputs(4, 2)).prompts(np.arange(4), "cpu")
    with torch.inference_mode():
        before = plain(input_ids=batch.ids).logits
        theirs = PeftModel.from_pretrained(plain, saved)(input_ids=batch.ids).logits
        ours = fitted.network.language(input_ids=batch.ids).logits
    assert torch.allclose(theirs, ours, atol=1e-5)
    assert not torch.allclose(before, ours, atol=1e-3)


def test_the_fusion_is_in_a_file_of_its_own_and_all_of_it_comes_back(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    base = architecture("Llama", tmp_path / "base")
    fitted = PromptFusion(base=base, tuning="lora", r=4, units=16).fit(
        inputs(64), inputs(16, 1), context(tmp_path / "fit")
    )
    saved = tmp_path / "saved"
    saved.mkdir()
    fitted.save(saved)
    fusion = load_file(saved / "weights.safetensors")
    assert all(name.startswith("adapter.") for name in fusion)
    adapter = load_file(saved / "adapter_model.safetensors")
    assert all(name.startswith("base_model.model.model.layers.") for name in adapter)
    again = FittedLanguageModel.load(saved, "cpu")
    events = inputs(16, 2)
    assert (fitted.score(events) == again.score(events)).all()
