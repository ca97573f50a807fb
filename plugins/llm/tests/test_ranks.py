"""Two processes that fit together: equal to one with twice the batch, and never half broken."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import together
import torch
from bench_llm.fitted import FittedLanguageModel
from bench_llm.ranks import ALONE, LONGEST, Ranks
from bench_llm.training.schedule import Schedule
from events import context

import bench

QUICK: dict[str, Any] = {"batch": 8, "epochs": 1, "evaluations": 1}
EQUAL = {
    "ten steps": {
        "model": "nfa",
        "n": 80,
        "options": {"units": 16, "epochs": 2, "modality_dropout": 0.3, "gamma": 1.0},
    },
    "uneven": {"model": "nfa", "n": 65, "options": {"units": 16, "accumulate": 2}},
    "lora": {
        "model": "text",
        "n": 48,
        "options": {"tuning": "lora", "lora_blocks": 1, "looks": "all", "balance": True},
    },
    "explains": {"model": "text", "n": 40, "options": {"explain": 0.4}},
}
"""65 events in steps of 32 leave one event for the last step, and none for the second process."""
SHORT = {"model": "nfa", "n": 64, "options": {"units": 16}}
WRONG = {
    "breaks": ("process 1 of 2 broke: ValueError: broken on purpose", "broken on purpose\nby a"),
    "strays": ("process 1 has other weights than process 0", "process 1 has other weights"),
    "nan": ("NotFiniteError: the loss is nan at step 3", "NotFiniteError: the loss is nan at"),
    "gone": ("another process of this fit is gone", ""),
}
"""What the first process says of it, and the second one."""


def run_both(folder: Path, cases: list[dict[str, Any]]) -> list[int]:
    """Let two processes fit together, without a launcher; gives their exit codes."""
    file = folder / "cases.json"
    file.write_text(json.dumps(cases))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spoken = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    both = [
        subprocess.Popen(
            [sys.executable, together.__file__, str(file)],
            env={**os.environ, **spoken, "RANK": str(rank), "PYTHONPATH": paths},
        )
        for rank in range(2)
    ]
    return [process.wait(timeout=600) for process in both]


def result(case: dict[str, Any], rank: int = 0) -> tuple[np.ndarray, list[str]]:
    """Scores of a case, and what was said: the error first, empty where there is none."""
    with np.load(f"{case['result']}-{rank}.npz") as arrays:
        return arrays["scores"], arrays["lines"].tolist()


def with_base(case: dict[str, Any], base: str, result: Path) -> dict[str, Any]:
    folder, options = f"{result}.folder", {**QUICK, "base": base, **case["options"]}
    return {**case, "options": options, "folder": folder, "result": str(result)}


@pytest.fixture(scope="module")
def fitted(base: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All cases, which two processes have gone through one after the other."""
    root = tmp_path_factory.mktemp("together")
    cases = {name: with_base(case, base, root / name) for name, case in EQUAL.items()}
    some = {**SHORT, "options": {"tuning": "lora", "dropout": 0.2}, "checkpoint_seconds": 0.0}
    for name in ("whole", "cut", "again"):
        cases[name] = with_base(some, base, root / name)
    cases["cut"] |= {"wrong": "breaks", "rank": 0}
    cases["again"] |= {"folder": cases["cut"]["folder"]}
    for wrong in WRONG:
        cases[wrong] = with_base(SHORT, base, root / wrong) | {"wrong": wrong, "rank": 1}
    assert run_both(root, list(cases.values())) == [0, 9]
    return cases


@pytest.mark.parametrize("name", EQUAL)
def test_two_processes_equal_one_with_twice_the_batch(
    fitted: dict[str, dict[str, Any]], tmp_path: Path, name: str
) -> None:
    scores, lines = result(fitted[name])
    assert not lines[0]
    case = {**fitted[name], "options": {**fitted[name]["options"], "batch": 16}}
    train, valid, test = together.data(case)
    one = together.model_of(case).fit(train, valid, context(tmp_path))
    assert isinstance(one, FittedLanguageModel)
    np.testing.assert_allclose(scores, one.score(test), rtol=0, atol=1e-5)
    assert np.ptp(scores) > 1e-3
    if one.looks:
        assert one.looks[1] == len(list((Path(fitted[name]["folder"]) / "looks").glob("*")))


@pytest.mark.parametrize("wrong", WRONG)
def test_what_goes_wrong_in_one_process_ends_the_fit_in_all(
    fitted: dict[str, dict[str, Any]], wrong: str
) -> None:
    first, second = WRONG[wrong]
    assert first in result(fitted[wrong])[1][0]
    assert wrong == "gone" or second in result(fitted[wrong], rank=1)[1][0]


def test_an_interrupted_fit_of_two_goes_on_to_the_very_same_weights(
    fitted: dict[str, dict[str, Any]],
) -> None:
    whole, cut, again = (result(fitted[name]) for name in ("whole", "cut", "again"))
    assert not whole[1][0]
    assert any("going on from step" in line for line in again[1])
    assert (again[0] == whole[0]).all()
    assert "broken on purpose" in cut[1][0]
    assert "process 0 of 2 broke: ValueError" in result(fitted["cut"], rank=1)[1][0]


def test_processes_share_events_and_a_step_has_those_of_all() -> None:
    shares = [Ranks(rank, 3).share(8)[0].tolist() for rank in range(3)]
    assert sorted(chain(*shares)) == list(range(8))
    assert Ranks(2, 3).share(2) == (np.zeros(1), 0.0)
    schedule = Schedule(1, 4, 2, 0.1, "cosine", 0.0, 1, 0)
    twice, both = replace(schedule, batch=8), replace(schedule, ranks=2)
    lengths = np.arange(70) % 9
    for one, other in zip(twice.remaining(lengths, 0), both.remaining(lengths, 0), strict=True):
        assert (one == other).all()
    assert ALONE.sums([1.0, 2.0]) == [1.0, 2.0]


@pytest.mark.parametrize("interrupted", [1, 2, 3, 4])
def test_an_interrupt_waits_until_all_have_done_the_same(
    monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    sizes: list[int] = []

    def all_reduce(tensor: torch.Tensor) -> None:
        sizes.append(tensor.numel())
        if len(sizes) == interrupted:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("bench_llm.ranks.dist.all_reduce", all_reduce)
    monkeypatch.setattr("bench_llm.ranks.BUCKET", 4)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, too
    try:
        with pytest.raises(KeyboardInterrupt), Ranks(0, 2).together():
            Ranks(0, 2).add([torch.ones(3), torch.ones(4)])
    finally:
        signal.signal(signal.SIGINT, before)
    added = [2, 3, 4]  # the others go on to meet, where they are to hear of it
    assert sizes == added + ([2, 2 * LONGEST] if interrupted < 4 else [2])


def test_a_model_of_one_process_says_so() -> None:
    class Alone(bench.Model):
        name = "alone"
        fit = load = None  # type: ignore[assignment]

    with pytest.raises(bench.RequestError, match="alone is fitted by one process"):
        Alone().join_ranks("cpu")
