"""The three models: they learn, read what they are given, and are saved whole."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.fitted import FittedLanguageModel
from bench_llm.language import LanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from events import context, inputs
from sklearn.metrics import roc_auc_score

import bench

QUICK: dict[str, Any] = {"units": 64, "epochs": 4, "lr": 3e-3, "adapter_lr": 5e-3}
PLAIN: dict[str, Any] = {"epochs": 3, "lr": 5e-3}
FORMS: dict[str, LanguageModel] = {
    "text": TextOnly(**PLAIN),
    "answer": PromptFusion(**QUICK),
    "first": PromptFusion(place="first", **QUICK),
    "prepended": PromptFusion(place="prepended", layers=1, norm=True, scale=0.5, **QUICK),
    "dedicated": DedicatedToken(tokens=3, layers=0, **QUICK),
    "first, lora": PromptFusion(place="first", tuning="lora", dropout=0.1, **QUICK),
    "text, lora": TextOnly(tuning="lora", **PLAIN),
    "dedicated, qlora": DedicatedToken(tuning="qlora", optimizer="adamw8bit", **QUICK),
    "text, qlora": TextOnly(tuning="qlora", **PLAIN),
    "first, frozen": PromptFusion(place="first", tuning="frozen", **QUICK),
    "no language model": PromptFusion(base="none", **QUICK),
}
FUSED = [name for name, form in FORMS.items() if "numbers" in form.reads]


@pytest.fixture(scope="module")
def fits(base: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def fitted(name: str) -> tuple[LanguageModel, FittedLanguageModel]:
        form = FORMS[name]
        model = form if form.base == "none" else replace(form, base=base)
        folder = tmp_path_factory.mktemp("fit")
        return model, model.fit(inputs(600), inputs(200, 1), context(folder))

    return fitted


def auc(scores: np.ndarray, y: np.ndarray) -> float:
    return float(roc_auc_score(y, scores))


@pytest.mark.parametrize("name", FUSED)
def test_it_learns_from_its_numbers(fits: Any, name: str) -> None:
    test = inputs(400, 2)
    scores = fits(name)[1].score(test)
    assert auc(scores, test.y) > 0.93
    assert auc(fits(name)[1].score(test.permuted("numbers", 0)), test.y) < 0.85


def test_the_shipped_base_learns_from_its_text(tmp_path: Path) -> None:
    model = TextOnly(batch=16)
    train, test = inputs(1000), inputs(300, 2)
    fitted = model.fit(train, inputs(200, 1), context(tmp_path))
    assert auc(fitted.score(test), test.y) > 0.93
    assert auc(fitted.score(test.permuted("texts", 0)), test.y) < 0.6


def test_to_text_alone_numbers_are_nothing(fits: Any) -> None:
    test = inputs(60, 2)
    fitted = fits("text")[1]
    assert (fitted.score(test) == fitted.score(test.permuted("numbers", 0))).all()


@pytest.mark.parametrize("name", ["first", "dedicated"])
def test_without_numbers_they_play_no_part(fits: Any, name: str) -> None:
    test = inputs(60, 2)
    fitted = fits(name)[1]
    changed = replace(test, views={**test.views, "numbers": test.views["numbers"] * 2})
    assert not np.allclose(fitted.score(test), fitted.score(changed))
    assert (fitted.score(test.without("numbers")) == fitted.score(changed.without("numbers"))).all()
    assert np.isfinite(fitted.score(test.without("texts"))).all()


@pytest.mark.parametrize("name", FORMS)
def test_one_event_at_a_time_scores_like_all_together(fits: Any, name: str) -> None:
    test = inputs(32, 2)
    fitted = fits(name)[1]
    alone = [fitted.score(test.take(np.array([i])))[0] for i in range(len(test))]
    assert np.allclose(fitted.score(test), alone, atol=1e-6)


def test_padding_does_not_reach_a_shorter_prompt(fits: Any) -> None:
    test = inputs(2, 2)
    texts = [test.views["texts"][0], "Answer: " + "1" * 50]
    longer = replace(test, views={**test.views, "texts": texts})
    fitted = fits("first")[1]
    assert fitted.score(longer)[0] == pytest.approx(fitted.score(test)[0], abs=1e-6)


def test_the_score_is_the_two_answers_softmax_of_the_whole_model(fits: Any) -> None:
    test = inputs(1, 2)
    fitted = fits("text")[1]
    ids = fitted.reader.renderer.prompt(test.views["texts"][0])
    with torch.inference_mode():
        logits = fitted.network.language(input_ids=torch.tensor([ids])).logits[0, -1]
    answer_tokens = list(fitted.reader.renderer.answers().tokens)
    expected = torch.softmax(logits[answer_tokens].double(), 0)[1].item()
    assert fitted.score(test)[0] == pytest.approx(expected, abs=1e-6)


SCORE = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[1])
from bench_llm.text import TextOnly
from events import context, inputs
for folder in map(Path, sys.argv[2:]):
    fitted = TextOnly().load(folder, context(folder))
    np.save(folder / "scores.npy", fitted.score(inputs(60, 2)))
"""


def test_a_fresh_process_scores_the_same_to_the_bit(fits: Any, tmp_path: Path) -> None:
    folders = []
    for i, name in enumerate(FORMS):
        folders.append(tmp_path / str(i))
        folders[-1].mkdir()
        fits(name)[1].save(folders[-1])
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", SCORE, here, *folders], check=True)
    for folder, name in zip(folders, FORMS, strict=True):
        assert (np.load(folder / "scores.npy") == fits(name)[1].score(inputs(60, 2))).all(), name


def test_a_weight_that_is_missing_is_not_loaded_over(fits: Any, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model, fitted = fits("first, lora")
    fitted.save(tmp_path)
    weights = load_file(tmp_path / "adapter_model.safetensors")
    name = next(name for name in weights if "lora_B" in name)
    for tensor in (None, torch.zeros(1)):
        changed = {**weights, name: tensor} if tensor is not None else dict(weights)
        if tensor is None:
            del changed[name]
        save_file(changed, tmp_path / "adapter_model.safetensors")
        with pytest.raises(bench.DamagedError, match="lora_B"):
            model.load(tmp_path, context(tmp_path))


def test_a_base_that_has_changed_is_not_scored_on(base: str, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(base, tmp_path / "base")
    model = TextOnly(base=str(tmp_path / "base"), tuning="lora", epochs=1)
    fitted = model.fit(inputs(32), inputs(32, 1), context(tmp_path / "fit"))
    (tmp_path / "kept").mkdir()
    fitted.save(tmp_path / "kept")
    config = tmp_path / "base" / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(bench.InputError, match="has changed since the fit"):
        model.load(tmp_path / "kept", context(tmp_path))


def test_generated_answers_agree_with_the_scores(fits: Any, tmp_path: Path) -> None:
    from bench_llm.generating import Generation

    test = inputs(24, 2)
    for name in ("first", "prepended", "dedicated", "text"):
        model, fitted = fits(name)
        fitted.save(tmp_path)
        said = replace(model, decode="generate").load(tmp_path, context(tmp_path)).score(test)
        assert (said == (fitted.score(test) > 0.5)).all(), name
        examples = fitted.reader.read(test)
        one = Generation(fitted.network, fitted.reader.renderer.tokenizer, "cpu", 1, 90)
        assert (one.answers(examples) == said).all(), name


def test_a_text_that_is_no_answer_has_no_score() -> None:
    from bench_llm.generating import read_answer

    assert read_answer(" signal") == 1.0
    assert read_answer(" Background.") == 0.0
    assert np.isnan([read_answer(text) for text in ("", " maybe signal", "12")]).all()


def test_the_controls_do_not_read_the_numbers(base: str, tmp_path: Path) -> None:
    test = inputs(200, 2)
    for control in ("permuted", "zeroed"):
        model = PromptFusion(base=base, numbers=control, **QUICK)
        train = replace(inputs(600), views={**inputs(600).views, "texts": ["none"] * 600})
        fitted = model.fit(train, inputs(200, 1), context(tmp_path / control))
        blank = replace(test, views={**test.views, "texts": ["none"] * 200})
        assert abs(auc(fitted.score(blank), test.y) - 0.5) < 0.12


def test_a_random_base_is_another_start(base: str, tmp_path: Path) -> None:
    test = inputs(20, 2)
    frozen = TextOnly(base=base, tuning="frozen")
    given, random, again = (
        model.fit(inputs(32), inputs(32, 1), context(tmp_path / str(i), seed)).score(test)
        for i, (model, seed) in enumerate(
            [(frozen, 0), (replace(frozen, init="random"), 0), (replace(frozen, init="random"), 1)]
        )
    )
    assert not np.allclose(given, random)
    assert not np.allclose(random, again)


def test_the_preview_marks_what_is_learned(base: str, tmp_path: Path) -> None:
    preview = DedicatedToken(base=base, tokens=2).preview(inputs(8), context(tmp_path))
    assert "<s>│<3 numbers>│<3 numbers>│Classify" in preview
    assert ">\\n" not in preview
    assert "> background<│></s><" in preview
    assert "the loss is on the 2" in preview
    first = PromptFusion(base=base, place="first").preview(inputs(8), context(tmp_path))
    assert "<s>+<3 numbers>" in first
    assert "+<3 numbers>│>" in PromptFusion(base=base).preview(inputs(8), context(tmp_path))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"r": 0}, "at least 1"),
        ({"warmup": 1.0}, "warmup"),
        ({"lr": -1.0}, "none below 0"),
        ({"base": "none"}, "nothing to read"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        TextOnly(**wrong)


@pytest.mark.parametrize("model", [TextOnly(), PromptFusion(), DedicatedToken()])
def test_a_gpu_that_is_not_here_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, model: bench.Model
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert model.device_problem("cuda") is model.device_problem("cuda:0") is None
    assert str(model.device_problem("cuda:1")).startswith("torch sees 1 CUDA devices")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert model.device_problem("cuda") == (
        "torch sees 0 CUDA devices, and this is a CPU build of torch"
    )


def test_offering_them_imports_nothing_heavy() -> None:
    code = (
        "import sys, bench_llm.nfa, bench_llm.text, bench_llm.token, bench_llm.prompts.offered;"
        "print(sorted({'torch', 'transformers', 'numpy', 'tokenizers', 'peft'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_tokens_are_counted_as_they_are_read(base: str, tmp_path: Path) -> None:
    events = inputs(8)
    plain = TextOnly(base=base).count_tokens(events, context(tmp_path))
    fused = PromptFusion(base=base).count_tokens(events, context(tmp_path))
    apart = DedicatedToken(base=base, tokens=2).count_tokens(events, context(tmp_path))
    assert plain.shape == (8,)
    assert (fused == plain).all()
    assert (apart == plain + 2).all()
    alone = DedicatedToken(base="none", tokens=2).count_tokens(events, context(tmp_path))
    assert (alone == 2).all()
