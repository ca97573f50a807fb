"""What is exported of a language model is loaded by peft, transformers and the bench alike."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from bench_llm.bases.source import DOCUMENTED, PINNED, BaseSource
from bench_llm.exporting import is_of_hub, licence, named
from bench_llm.language import LanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from events import small_base
from exported import EVENTS, Exported, exported, in_a_fresh_process
from safetensors.torch import load_file

import bench

FITS = (
    "text-lora",
    "text-full",
    "answer-lora",
    "bins-full",
    "token-frozen",
    "xval",
    "stem",
    "alone",
    "look-lora",
    "look-full",
)
TEXTS = ("text-lora", "text-full")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def fits(place: Path) -> dict[str, Exported]:
    """Exports of every kind, on a small base in a folder."""
    base = small_base(place / "small-base")
    lora = {"base": base, "tuning": "lora", "r": 4, "lr": 1e-2}
    fusion = {"units": 8, "layers": 1}
    models: dict[str, tuple[LanguageModel, tuple[str, ...]]] = {
        "text-lora": (TextOnly(**lora), ()),
        "text-full": (TextOnly(base=base, lr=1e-2), ()),
        "answer-lora": (PromptFusion(**lora, **fusion, place="answer"), ()),
        "bins-full": (PromptFusion(base=base, **fusion), ("prompt-features", "numbers-bins")),
        "token-frozen": (DedicatedToken(base=base, tuning="frozen", **fusion), ()),
        "xval": (TextOnly(base=base), ("prompt-xval",)),
        "stem": (PromptFusion(**lora, **fusion), ("prompt-features", "numbers-periodic")),
        "alone": (PromptFusion(base="none", **fusion), ()),
        "look-lora": (TextOnly(**lora, looks="all", epochs=2, look="1"), ()),
        "look-full": (TextOnly(base=base, looks="all", epochs=2, look="1"), ()),
    }
    assert tuple(models) == FITS
    return {
        name: exported(place / name, model, *encoders) for name, (model, encoders) in models.items()
    }


@pytest.fixture(scope="module")
def scored(place: Path, fits: dict[str, Exported]) -> dict[str, np.ndarray]:
    """Scores of every export by one fresh process, with the base at another place."""
    moved = place / "elsewhere"
    shutil.copytree(place / "small-base", moved)
    code = f"""
import numpy as np, pandas as pd, bench
events = pd.read_parquet("events.parquet")
for name in {FITS}:
    given = {{}} if name == "alone" else {{"base": {str(moved)!r}}}
    np.save(name, bench.load_exported(f"{{name}}/hub", **given).score(events))
"""
    in_a_fresh_process(code, place)
    return {name: np.load(place / f"{name}.npy") for name in FITS}


@pytest.mark.parametrize("name", FITS)
def test_the_bench_scores_equally_in_a_fresh_process(
    fits: dict[str, Exported], scored: dict[str, np.ndarray], name: str
) -> None:
    assert np.ptp(scored[name]) > 0
    assert np.abs(scored[name] - fits[name].scores).max() == 0


@pytest.fixture(scope="module")
def alone(place: Path, fits: dict[str, Exported]) -> None:
    """What the code on two cards gives where it knows nothing of the bench, in a fresh process."""
    code = "import os"
    for name in TEXTS:
        one = fits[name]
        batch = one.fitted.reader.read(one.inputs).prompts(np.arange(24), "cpu")
        np.save(place / name / "ids.npy", batch.ids.numpy())
        snippet = re.findall(r"```python\n(.*?)```", one.card, flags=re.DOTALL)[-1]
        assert "bench" not in snippet
        code += f"""
os.chdir({str(place / name)!r})
{snippet}
import numpy as np, torch
with torch.inference_mode():
    logits = language(input_ids=torch.from_numpy(np.load("ids.npy"))).logits
np.save("logits", logits.numpy())
np.save("tokens", tokenizer({one.inputs.views["texts"][0]!r})["input_ids"])
"""
    shutil.copytree(place / "small-base", place / "text-lora" / "small-base")
    in_a_fresh_process(code, place)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("alone")
def test_the_code_on_the_card_gives_equal_logits_and_tokens_without_the_bench(
    fits: dict[str, Exported], place: Path, name: str
) -> None:
    one = fits[name]
    language = one.fitted.network.language
    assert language is not None
    with torch.inference_mode():
        ids = torch.from_numpy(np.load(place / name / "ids.npy"))
        expected = language(input_ids=ids).logits.numpy()
    assert np.abs(np.load(place / name / "logits.npy") - expected).max() <= 1e-6
    tokens = one.fitted.reader.renderer.tokenizer(one.inputs.views["texts"][0])["input_ids"]
    assert np.load(place / name / "tokens.npy").tolist() == tokens


def test_no_file_names_a_place_on_this_machine(fits: dict[str, Exported], place: Path) -> None:
    places = [str(path).encode() for path in (place, Path.home(), Path.cwd())]
    for one in fits.values():
        files = [file for file in one.folder.rglob("*") if file.is_file()]
        named_in = [f.name for f in files if any(where in f.read_bytes() for where in places)]
        assert named_in == []
    assert 'load_exported("hub", base="small-base")' in fits["text-lora"].card


def test_weights_of_the_base_are_not_copied_unless_all_of_it_was_trained(
    fits: dict[str, Exported],
) -> None:
    whole = {name for name, one in fits.items() if (one.folder / "model.safetensors").exists()}
    assert whole == {"text-full", "bins-full", "xval", "look-full"}
    for one in fits.values():
        names = load_file(one.folder / "weights.safetensors").keys()
        assert not [name for name in names if name.startswith("language.")]


def test_the_fusion_is_described_down_to_shapes_columns_and_bins(
    fits: dict[str, Exported],
) -> None:
    folder = fits["bins-full"].folder
    fusion = json.loads((folder / "fusion.json").read_text())
    tensors = load_file(folder / "weights.safetensors")
    assert fusion["shapes"] == {name: list(t.shape) for name, t in sorted(tensors.items())}
    assert fusion["place"] == "answer"
    assert fusion["d"] == fusion["shapes"]["adapter.scaler.mean"][0] > 3
    assert [(c["name"], c["unit"]) for c in fusion["columns"]] == [
        ("j1_pt", "GeV"),
        ("j1_m", "GeV"),
        ("has_j2", "1"),
    ]
    (bins,) = [e for e in fusion["encoders"] if e["name"] == "numbers-bins"]
    assert bins["options"]
    assert bins["learned"]
    assert json.loads((fits["answer-lora"].folder / "fusion.json").read_text())["place"] == "answer"


def test_a_view_that_the_run_went_without_stays_away(
    fits: dict[str, Exported], place: Path
) -> None:
    base = str(place / "small-base")
    model = PromptFusion(base=base, tuning="frozen", units=8, layers=1)
    one = exported(place / "bare", model, without="texts")
    loaded = bench.load_exported(one.folder, base=base)
    assert (loaded.score(EVENTS) == one.scores).all()
    assert "scored without texts" in one.card


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_a_model_that_explains_does_so_after_export(place: Path, tuning: Any) -> None:
    few: Any = {"units": 8, "layers": 1, "lora_blocks": int(tuning == "lora"), "r": 4, "epochs": 2}
    model = PromptFusion(base="tiny", tuning=tuning, explain=0.5, **few)
    one = exported(place / f"why-{tuning}", model, *model.encoder, "explanations")
    assert "`explainer.safetensors` has what writes explanations" in one.card
    loaded = bench.load_exported(one.folder)
    for seed, freely in ((None, False), (3, True)):
        expected = one.fitted.explain(one.inputs, EVENTS.columns, seed, freely=freely)
        assert loaded.explain(EVENTS, seed, freely=freely) == expected
        assert any(explanation.text for explanation in expected)


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_what_was_exported_at_another_look_explains_nothing(place: Path, tuning: Any) -> None:
    """What explains has learned to read the states of the best look alone."""
    few: Any = {"units": 8, "layers": 1, "lora_blocks": int(tuning == "lora"), "r": 4}
    model = PromptFusion(base="tiny", tuning=tuning, explain=0.5, looks="all", **few)
    for look in ("best", "1"):
        own = replace(model, look=look)
        one = exported(place / f"look-{look}-{tuning}", own, *own.encoder, "explanations")
        loaded = bench.load_exported(one.folder)
        assert (loaded.score(EVENTS) == one.scores).all()
        assert (one.folder / "explainer.safetensors").is_file() == (look == "best")
        assert ("explainer.safetensors" in one.card) == (look == "best")
        if look == "best":
            assert loaded.explain(EVENTS) == one.fitted.explain(one.inputs, EVENTS.columns, None)
        else:
            with pytest.raises(bench.RequestError, match="another look than its best"):
                loaded.explain(EVENTS)


def test_another_base_of_that_name_is_refused(fits: dict[str, Exported], tmp_path: Path) -> None:
    other = small_base(tmp_path / "small-base", seed=8)
    with pytest.raises(bench.InputError, match="has changed since the fit"):
        bench.load_exported(fits["text-lora"].folder, base=other)


def test_front_matter_says_base_library_and_licence(fits: dict[str, Exported]) -> None:
    matter = {name: yaml.safe_load(one.card.split("---\n")[1]) for name, one in fits.items()}
    assert matter["text-lora"]["base_model"] == "small-base"
    assert matter["text-lora"]["library_name"] == "peft"
    assert matter["text-full"]["library_name"] == "transformers"
    assert matter["text-full"]["base_model_relation"] == "finetune"
    assert "base_model" not in matter["alone"]
    assert "license" not in matter["text-lora"]
    assert licence(BaseSource("tiny")) == "mit"


def test_a_base_of_the_hub_is_named_with_its_commit(fits: dict[str, Exported]) -> None:
    plan = fits["text-lora"].fitted.plan
    commit = PINNED[DOCUMENTED]
    hub = replace(plan, base=BaseSource(DOCUMENTED), digest=f"{DOCUMENTED}@{commit}")
    assert is_of_hub(hub)
    assert named(hub) == BaseSource(DOCUMENTED, commit)
    assert not is_of_hub(plan)
    assert named(plan) == BaseSource("small-base")
