"""A fit in the layout of peft and transformers, for whoever has neither the bench nor the base."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

import bench
from bench_llm.bases.loading import BaseForm, load_tokenizer
from bench_llm.bases.source import DOCUMENTED, NONE, SMOLLM2, BaseSource
from bench_llm.building import NetworkPlan
from bench_llm.explaining.explainer import WEIGHTS as EXPLAINER
from bench_llm.fitted import EXPLAINS, HERE, PLAN, FittedLanguageModel
from bench_llm.looks import BEST, look_folder
from bench_llm.looks import FOLDER as LOOKS
from bench_llm.network.lora import CONFIG
from bench_llm.network.saved import WEIGHTS
from bench_llm.network.tuning import FROZEN, FULL
from bench_llm.usage import usage

FUSION, CARD, BENCH = "fusion.json", "README.md", "bench.json"
LICENCES = {SMOLLM2: "apache-2.0", DOCUMENTED: "apache-2.0"}
"""Of bases that bring no card of their own here."""
LANGUAGE = "language."
"""What the names of the language model's weights begin with."""


def export(
    saved: Path, folder: Path, context: bench.Context, look: str = BEST
) -> dict[str, object]:
    """Write a saved fit, as it was at a look, into the folder; gives front matter of its card."""
    written = json.loads((saved / PLAN).read_text())
    plan = NetworkPlan.of_json(written["plan"])
    if plan.base.name != NONE and plan.tuning.kind == FULL:
        public = _write_whole(saved, folder, plan, context, look)
    else:
        for source in dict.fromkeys((saved, look_folder(saved, look))):
            without = shutil.ignore_patterns(LOOKS, EXPLAINER)
            shutil.copytree(source, folder, dirs_exist_ok=True, ignore=without)
        public = replace(plan, base=named(plan))
    if plan.base.name != NONE:
        _write_tokenizer(plan.base, folder)
    _name_base(folder / CONFIG, plan)
    said = {**written, "plan": public.as_json(), "look": look}
    if look == BEST and (saved / EXPLAINER).is_file():
        shutil.copy2(saved / EXPLAINER, folder)
    elif look != BEST:  # whose states it has not learned to read
        said[EXPLAINS] = None
    (folder / PLAN).write_text(json.dumps(said, indent=1))
    _write_fusion(folder, plan)
    (folder / CARD).write_text(usage(plan, named(plan), folder))
    return _front_matter(plan, folder)


def named(plan: NetworkPlan) -> BaseSource:
    """The base without its place on this machine, and with the commit of a hub model."""
    if is_of_hub(plan):
        return replace(plan.base, revision=plan.digest.rpartition("@")[2])
    return replace(plan.base, name=Path(plan.base.name).name)


def is_of_hub(plan: NetworkPlan) -> bool:
    """Whether the base was one of the hub's, whatever lies on this machine now."""
    return plan.digest.startswith(f"{plan.base.name}@")


def _write_whole(
    saved: Path, folder: Path, plan: NetworkPlan, context: bench.Context, look: str
) -> NetworkPlan:
    """The whole language model as transformers saves it; gives the plan of what stands on it."""
    make_stem = context.view_modules.get("numbers")
    fitted = FittedLanguageModel.load(saved, "cpu", make_stem=make_stem, look=look)
    language: Any = fitted.network.language
    _plain(language).save_pretrained(folder)
    tensors = load_file(look_folder(saved, look) / WEIGHTS)
    rest = {name: t for name, t in tensors.items() if not name.startswith(LANGUAGE)}
    save_file(rest, folder / WEIGHTS)
    return replace(
        plan,
        base=BaseSource(HERE),
        digest="",
        form=BaseForm(),
        tuning=replace(plan.tuning, kind=FROZEN),
    )


def _plain(language: Any) -> Any:
    """The language model as one that was never quantised, which alone can be saved."""
    if not hasattr(language.config, "quantization_config"):
        return language
    config = type(language.config).from_dict(
        {k: v for k, v in language.config.to_dict().items() if k != "quantization_config"}
    )
    plain = type(language)(config)
    plain.load_state_dict(language.state_dict())
    return plain


def _write_tokenizer(base: BaseSource, folder: Path) -> None:
    tokenizer = load_tokenizer(base)
    tokenizer.name_or_path = ""  # a place on this machine
    for name in ("name_or_path", "is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(name, None)
    tokenizer.save_pretrained(folder)


def _name_base(file: Path, plan: NetworkPlan) -> None:
    """Let peft's configuration, if there is one, say which base of the hub it is for."""
    if file.is_file() and is_of_hub(plan):
        config = json.loads(file.read_text())
        base = named(plan)
        config |= {"base_model_name_or_path": base.name, "revision": base.revision}
        file.write_text(json.dumps(config, indent=2))


def _write_fusion(folder: Path, plan: NetworkPlan) -> None:
    """Say what the weights beside the language model are, and of what numbers."""
    events = json.loads((folder / BENCH).read_text())
    tensors = load_file(folder / WEIGHTS)
    described = {
        "weights": WEIGHTS,
        "place": plan.place if plan.adapter else None,
        "d": plan.adapter.d if plan.adapter else 0,
        "values": plan.values,
        "control": plan.control,
        "adapter": asdict(plan.adapter) if plan.adapter else None,
        "activation": "silu",
        "shapes": {name: list(tensor.shape) for name, tensor in sorted(tensors.items())},
        "columns": [
            {key: column.get(key, "") for key in ("name", "unit", "meaning", "needs")}
            for column in events["columns"]
        ],
        "encoders": [
            {
                "name": encoder["name"],
                "options": encoder["options"],
                "learned": _learned(folder / "encoders" / f"{encoder['name']}.npz"),
            }
            for encoder in events["encoders"]
        ],
    }
    (folder / FUSION).write_text(json.dumps(described, indent=1))


def _learned(file: Path) -> dict[str, object]:
    """What an encoder learned of the train split, as plain values."""
    import numpy as np

    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].tolist() for name in arrays.files if arrays[name].dtype != "O"}


def _front_matter(plan: NetworkPlan, folder: Path) -> dict[str, object]:
    if plan.base.name == NONE:
        return {"library_name": "bench"}
    matter: dict[str, object] = {
        "library_name": "peft" if (folder / CONFIG).is_file() else "transformers",
        "pipeline_tag": "text-generation",
    }
    if plan.form.random is not None:  # the control that has the base's shape and nothing else
        return matter
    base = named(plan)
    relation = "finetune" if plan.tuning.kind == FULL else "adapter"
    matter |= {"base_model": base.name, "base_model_relation": relation}
    if base.revision:
        matter["base_model_revision"] = base.revision
    if known := licence(plan.base):
        matter["license"] = known
    return matter


def licence(base: BaseSource) -> str:
    """Of the base, where it is known: by its own card, if it brings one."""
    if base.name in LICENCES:
        return LICENCES[base.name]
    card = base.folder() / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    said = re.match(r"---\n(?:.*\n)*?license: *([\w.-]+) *\n", text)
    return said[1] if said else ""
