"""How an exported language model is loaded without the bench: a part of its card, as markdown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_llm.bases.source import GGUF, NONE, SMOLLM2, TINY
from bench_llm.explaining.explainer import WEIGHTS as EXPLAINER
from bench_llm.network.lora import CONFIG
from bench_llm.network.tuning import FROZEN, FULL, QLORA

if TYPE_CHECKING:
    from bench_llm.bases.source import BaseSource
    from bench_llm.building import NetworkPlan

OURS = (TINY, SMOLLM2)
"""Bases that the bench itself brings."""


def usage(plan: NetworkPlan, base: BaseSource, folder: Path) -> str:
    """What of it peft and transformers load, the code for that, and what of it they do not.

    Args:
        plan: of the fit.
        base: as others know it.
        folder: of the model, by its final name.
    """
    if plan.base.name == NONE:
        return f"It has no language model; its weights and their form are in {_fusion()}.\n"
    if plan.form.random is not None and plan.tuning.kind != FULL:
        return (
            "Its base is a control with random weights, which the bench alone makes again. "
            f"Weights beside it and their form are in {_fusion()}.\n"
        )
    peft = (folder / CONFIG).is_file()
    imports = ["from transformers import AutoModelForCausalLM, AutoTokenizer"]
    if peft:
        imports.insert(0, "from peft import PeftModel")
    made = _whole(folder.name) if plan.tuning.kind == FULL else _base(plan, base, imports)
    name = json.dumps(folder.name)
    lines = [*sorted(imports), "", f"tokenizer = AutoTokenizer.from_pretrained({name})", *made]
    if peft:
        lines.append(f"language = PeftModel.from_pretrained(language, {name})")
    lines.append("language.eval()")
    libraries = "peft and transformers" if peft else "transformers"
    about = _what(plan, explains=(folder / EXPLAINER).is_file())
    return "\n".join([f"With {libraries} alone:\n", "```python", *lines, "```\n", about])


def _whole(name: str) -> list[str]:
    return [f'language = AutoModelForCausalLM.from_pretrained({json.dumps(name)}, dtype="float32")']


def _base(plan: NetworkPlan, base: BaseSource, imports: list[str]) -> list[str]:
    """Lines that load the base, in the precision that it was fitted in."""
    settings, before = [f'dtype="{plan.form.precision}"'], []
    if plan.tuning.kind == QLORA:
        imports.append("from transformers import BitsAndBytesConfig")
        settings.append(
            'quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", '
            f'bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype="{plan.form.precision}")'
        )
    where = json.dumps(base.name)
    if base.name in OURS:
        imports.append("from bench_llm.bases.source import BaseSource  # of bench-llm")
        before = [f"base = BaseSource({json.dumps(base.name)})"]
        where = "base.folder()"
    elif base.revision:
        settings.insert(0, f"revision={json.dumps(base.revision)}")
    elif base.name.endswith(GGUF):
        where, settings = '"."', [f"gguf_file={json.dumps(base.name)}", *settings]
        before = ["# the folder that the base's file lies in:"]
    else:
        before = ["# the base's folder, wherever it is on your machine:"]
    return [
        *before,
        f"language = AutoModelForCausalLM.from_pretrained({where}, {', '.join(settings)})",
    ]


def _what(plan: NetworkPlan, *, explains: bool) -> str:
    background, signal = bench.ANSWERS
    text = (
        f"The answer `{signal}` or `{background}` follows the prompt's last token; P(signal) is "
        "its probability among these two. Prompts are what the encoder above makes of an event."
    )
    if plan.adapter or plan.values:
        text += (
            f" The numbers of an event are fused by {_fusion()}, which these libraries do not read:"
            " without them this is not the model whose figures stand above."
        )
    if plan.tuning.kind == FROZEN:
        text += " Nothing of the language model was trained: it is the base as it was."
    if explains:
        text += f" `{EXPLAINER}` has what writes explanations behind answers; the bench reads it."
    return text + "\n"


def _fusion() -> str:
    return "`weights.safetensors` with `fusion.json`"
