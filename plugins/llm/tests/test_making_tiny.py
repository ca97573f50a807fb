"""The training that makes `tiny`: it learns, it goes on, it gives the same bytes again."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from bench_llm.pretraining import training as pretraining
from bench_llm.pretraining.batches import TextTokens
from bench_llm.pretraining.readings import Readings
from bench_llm.pretraining.training import Losses, Pretraining, build, flat, rate
from test_prompts import random_events

import bench

SCRIPT = Path(__file__).parent.parent / "pretrain_tiny.py"
SMALL = {"hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script, on few events and a small shape; torch's settings are put back."""
    spec = importlib.util.spec_from_file_location("pretrain_tiny", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "pretrain_tiny", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "events", lambda *_: random_events(160))
    monkeypatch.setattr(module, "SAVED", 2)
    monkeypatch.setattr(pretraining, "SHAPE", pretraining.SHAPE | SMALL)
    threads, filled = torch.get_num_threads(), torch.utils.deterministic.fill_uninitialized_memory
    yield module
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    torch.utils.deterministic.fill_uninitialized_memory = filled


def made(script: ModuleType, folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the script writes."""
    home, output = folder / "home", folder / "tiny"
    home.mkdir(parents=True, exist_ok=True)
    words = ["--steps", str(steps), "--home", str(home), "-o", str(output)]
    monkeypatch.setattr("sys.argv", ["pretrain_tiny.py", *words])
    script.main()
    return output


def contents(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name != "README.md"}


def test_two_trainings_give_the_same_bytes_and_a_card(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (made(script, tmp_path / name, 4, monkeypatch) for name in "ab")
    assert contents(first) == contents(second)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(contents(first))
    card = (first / "README.md").read_text()
    assert "thrown by coin" in card
    assert "--steps 4`" in card
    assert re.search(r"\| arithmetic \| 0\.0\d\d \| 0\.\d+ \| \d+ \|", card)


def test_an_interrupted_training_gives_the_same_bytes(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(script, tmp_path / "whole", 5, monkeypatch)
    ordinary = Pretraining._step
    done: list[int] = []

    def cut(self: Pretraining, texts: list[TextTokens]) -> Losses:
        done.append(1)
        if len(done) == 4:
            raise KeyboardInterrupt
        return ordinary(self, texts)

    with monkeypatch.context() as cutting:
        cutting.setattr(Pretraining, "_step", cut)
        with pytest.raises(KeyboardInterrupt):
            made(script, tmp_path / "cut", 5, monkeypatch)
    assert (tmp_path / "cut" / "home" / "pretraining.pt").exists()
    assert contents(made(script, tmp_path / "cut", 5, monkeypatch)) == contents(whole)


def training_of(script: ModuleType) -> tuple[Pretraining, Iterator[list[TextTokens]]]:
    setting = script.Setting.of(random_events(160))
    model = build(setting.tokenizer, seed=0)
    training = Pretraining(model, setting.tokenizer, Readings.of(setting.table))
    return training, cycle([next(setting.groups(0))])


def test_it_learns_the_next_token_and_the_numbers_where_the_answer_is_read(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretraining, "WARMUP", 1)
    training, texts = training_of(script)
    losses = list(training.run(texts, 25))
    assert losses[-1].token < 0.7 * losses[0].token
    assert losses[-1].reading < losses[0].reading - 0.1


def test_a_state_whose_rate_has_fallen_is_not_gone_on_from_in_a_longer_training(
    script: ModuleType, tmp_path: Path
) -> None:
    training, _ = training_of(script)
    training.step = 9
    training.save(tmp_path / "state.pt", 10)
    with pytest.raises(bench.InputError, match="wanted --steps 10"):
        training.restore(tmp_path / "state.pt", 100)
    training.save(tmp_path / "state.pt", 1000)
    training.restore(tmp_path / "state.pt", 100)
    assert training.step == 9


def test_the_rate_rises_stays_and_falls_to_nought() -> None:
    rates = np.array([rate(step, 1000) for step in range(1001)])
    assert rates[0] < rates[50] < rates[100] == rates[flat(1000)] == pretraining.PEAK
    assert rates[1000] == 0.0
    assert (np.diff(rates[flat(1000) :]) < 0).all()
