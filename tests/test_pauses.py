"""B044: a pause of the machine is told from a slow step, and is taken out of the time of a fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import bench
from bench.guards import recorder
from bench.guards.b044_gaps import Gaps
from bench.guards.evidence import TrainingEvidence
from bench.guards.inspect import inspect
from bench.guards.recorder import Recorder


def trained(monkeypatch: pytest.MonkeyPatch, steps: list[tuple[float, float]]) -> Recorder:
    """A training whose steps take so long: on the clock that never stops, and on the other."""
    clock = iter(np.cumsum([(0.0, 0.0), *steps], axis=0).tolist())
    monkeypatch.setattr(recorder, "_now", lambda: tuple(next(clock)))
    numbers = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    probe = bench.Inputs(
        {"numbers": numbers}, np.arange(8) % 2, np.arange(8, dtype=np.uint64), np.ones(8)
    )
    network = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    watch = Recorder(probe)
    watch(
        bench.TrainingHandle(network, optimizer, ["weight", "bias"], lambda _: np.linspace(0, 1, 8))
    )
    for _ in steps:
        optimizer.zero_grad()
        network(torch.from_numpy(numbers)).square().mean().backward()
        optimizer.step()
    return watch


@pytest.mark.parametrize(
    ("pause", "idle"),
    [
        pytest.param(
            (3600.0, 1.0), 0.0, id="asleep: the other clock stood still, nothing to take out"
        ),
        pytest.param((3600.0, 3600.0), 3599.0, id="stopped: both went on"),
    ],
)
def test_a_pause_is_found_and_taken_out(
    monkeypatch: pytest.MonkeyPatch, pause: tuple[float, float], idle: float
) -> None:
    record = trained(monkeypatch, [*[(1.0, 1.0)] * 5, pause, *[(1.0, 1.0)] * 3]).record
    assert record is not None
    assert record.gaps == [3599.0]
    assert record.idle == pytest.approx(idle)
    [verdict] = inspect([Gaps], TrainingEvidence(record, None, np.zeros(0)))  # type: ignore[arg-type]
    assert verdict.severity == "note"
    assert verdict.findings == ["1 pauses of 3599 s in all"]


def test_slow_steps_are_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = [(1.0, 1.0), (19.0, 19.0), (60.0, 60.0), (40.0, 40.0)]
    record = trained(monkeypatch, [(100.0, 100.0), *slow]).record
    assert record is not None
    assert (record.gaps, record.idle) == ([], 0.0)
    [verdict] = inspect([Gaps], TrainingEvidence(record, None, np.zeros(0)))  # type: ignore[arg-type]
    assert not verdict.findings
