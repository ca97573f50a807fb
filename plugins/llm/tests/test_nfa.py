"""llm-nfa: it learns, it reads what it is given, it is saved whole, it goes on where it was."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bench_llm import training
from bench_llm.nfa import FirstTokenFusion
from bench_llm.tokens import label_ids
from events import context, inputs

import bench

SMALL = {"units": 16, "epochs": 3, "batch": 32, "lr": 5e-3, "adapter_lr": 5e-3}


@pytest.fixture(scope="module")
def model(base: str) -> FirstTokenFusion:
    return FirstTokenFusion(base=base, **SMALL)


@pytest.fixture(scope="module")
def fitted(model: FirstTokenFusion, tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("fit")
    return model.fit(inputs(600), inputs(200, 1), context(folder))


def auc(scores: np.ndarray, y: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, scores))


def test_it_learns(fitted: object) -> None:
    test = inputs(400, 2)
    assert auc(fitted.score(test), test.y) > 0.97


def test_permuting_the_numbers_costs_it(fitted: object) -> None:
    test = inputs(400, 2)
    assert auc(fitted.score(test.permuted("numbers", 0)), test.y) < 0.9


@pytest.mark.parametrize("view", ["texts", "numbers"])
def test_it_scores_without_a_view(fitted: object, view: str) -> None:
    test = inputs(60, 2)
    scores = fitted.score(test.without(view))
    assert np.isfinite(scores).all()
    assert not np.allclose(scores, fitted.score(test))


def test_without_numbers_they_play_no_part(fitted: object) -> None:
    test = inputs(60, 2)
    changed = replace(test, views={**test.views, "numbers": test.views["numbers"] * 2})
    assert not np.allclose(fitted.score(test), fitted.score(changed))
    assert (fitted.score(test.without("numbers")) == fitted.score(changed.without("numbers"))).all()


def test_one_event_at_a_time_scores_like_all_together(fitted: object) -> None:
    test = inputs(40, 2)
    together = fitted.score(test)
    alone = [fitted.score(test.take(np.array([i])))[0] for i in range(len(test))]
    assert np.allclose(together, alone, atol=1e-6)


def test_padding_does_not_reach_a_shorter_prompt(fitted: object) -> None:
    test = inputs(2, 2)
    longer = replace(
        test, views={**test.views, "texts": [test.views["texts"][0], "Answer: " + "1" * 50]}
    )
    assert fitted.score(longer)[0] == pytest.approx(fitted.score(test)[0], abs=1e-6)


def test_the_score_is_the_two_answers_softmax(fitted: object) -> None:
    test = inputs(1, 2)
    ids = fitted.tokenizer(test.views["texts"][0], return_tensors="pt")["input_ids"]
    numbers = torch.from_numpy(test.views["numbers"])
    with torch.inference_mode():
        logits = fitted.network(ids, torch.tensor([ids.shape[1] - 1]), numbers)[0]
    background, signal = label_ids(fitted.tokenizer)
    expected = torch.softmax(logits[[background, signal]].double(), 0)[1].item()
    assert fitted.score(test)[0] == pytest.approx(expected, abs=1e-7)


SCORE = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[1])
from bench_llm.nfa import FirstTokenFusion
from events import context, inputs
fitted = FirstTokenFusion().load(Path(sys.argv[2]), context(Path(sys.argv[2])))
np.save(sys.argv[3], fitted.score(inputs(60, 2)))
"""


def test_a_fresh_process_scores_the_same(fitted: object, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    fitted.save(kept)
    found = tmp_path / "scores.npy"
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", SCORE, here, kept, found], check=True)
    assert (np.load(found) == fitted.score(inputs(60, 2))).all()


def test_a_weight_that_is_missing_is_not_loaded_over(fitted: object, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    fitted.save(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    weights.pop("adapter.0.weight")
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(RuntimeError, match="adapter"):
        FirstTokenFusion().load(tmp_path, context(tmp_path))


def test_every_weight_is_trained_in_float32_and_moves(
    model: FirstTokenFusion, tmp_path: Path
) -> None:
    from bench_llm.base import build_base
    from bench_llm.network import FusedModel

    language, _ = build_base(model.base, [], 0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        before = dict(FusedModel(language, 3, model.units).named_parameters())
    after = model.fit(inputs(64), inputs(32, 1), context(tmp_path)).network
    for name, weight in after.named_parameters():
        assert weight.dtype == torch.float32
        assert not torch.equal(weight, before[name]), f"{name} did not move"


def test_the_same_seed_gives_the_same_scores_and_another_does_not(
    model: FirstTokenFusion, tmp_path: Path
) -> None:
    test = inputs(40, 2)
    one, same, other = (
        model.fit(inputs(64), inputs(32, 1), context(tmp_path / name, seed)).score(test)
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert (one == same).all()
    assert not np.allclose(one, other)


class StoppedError(Exception):
    """The process ends here."""


def test_an_interrupted_fit_goes_on_to_the_very_same_weights(
    model: FirstTokenFusion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0.0)
    train, valid, test = inputs(200), inputs(100, 1), inputs(50, 2)
    whole = model.fit(train, valid, context(tmp_path / "whole")).score(test)
    seen: list[str] = []
    original = training.Training._step
    for stop in (4, 9):
        steps = 0

        def step(self: object, *arguments: object, stop: int = stop) -> dict[str, float]:
            nonlocal steps
            steps += 1
            if steps > stop:
                raise StoppedError
            return original(self, *arguments)

        with monkeypatch.context() as patch:
            patch.setattr(training.Training, "_step", step)
            with pytest.raises(StoppedError):
                model.fit(train, valid, context(tmp_path / "cut"))
    again = replace(context(tmp_path / "cut"), notice=seen.append)
    assert (model.fit(train, valid, again).score(test) == whole).all()
    assert seen == ["going on from step 13, 368 events seen"]  # 7 batches an epoch, one of 8


def test_a_damaged_checkpoint_is_passed_over(
    model: FirstTokenFusion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0.0)
    train, valid, test = inputs(96), inputs(32, 1), inputs(20, 2)
    folder = tmp_path / "fit"
    whole = model.fit(train, valid, context(folder)).score(test)
    kept = sorted(folder.glob("step-*"))
    assert len(kept) == 2
    with (kept[1] / "tensors.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x7f")
    seen: list[str] = []
    again = replace(context(folder), notice=seen.append)
    assert (model.fit(train, valid, again).score(test) == whole).all()
    assert "not what was sealed" in seen[0]


def test_a_loss_that_is_not_finite_ends_the_fit(model: FirstTokenFusion, tmp_path: Path) -> None:
    wild = replace(model, lr=1e30, adapter_lr=1e30, clip=1e30)
    with pytest.raises(bench.BenchError, match="the loss is"):
        wild.fit(inputs(200), inputs(32, 1), context(tmp_path))


def test_numbers_that_are_not_finite_are_refused(model: FirstTokenFusion, tmp_path: Path) -> None:
    train = inputs(32)
    train.views["numbers"][3, 0] = np.nan
    with pytest.raises(bench.InputError, match="not finite"):
        model.fit(train, inputs(32, 1), context(tmp_path))


def test_a_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for base in ("no-such-folder", str(tmp_path)):
        with pytest.raises(bench.InputError, match="base="):
            FirstTokenFusion(base=base).fit(inputs(32), inputs(32, 1), context(tmp_path))


def test_the_bytes_of_the_base_are_part_of_the_request(base: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in Path(base).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert FirstTokenFusion(base=str(copy)).content() == FirstTokenFusion(base=base).content()
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    assert FirstTokenFusion(base=str(copy)).content() != FirstTokenFusion(base=base).content()
    assert FirstTokenFusion().content() == ""


def test_offering_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, bench_llm.nfa, bench_llm.prompts;"
        "print(sorted({'torch', 'transformers', 'numpy', 'tokenizers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
