"""Random truncations and flipped bits of a small file in the official layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from altered import Alteration, outcomes
from bench_lhco.events import Events
from bench_lhco.files import check, write

from bench import Context, InputError


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen events with as many particles as real ones have."""
    rng = np.random.default_rng(5)
    padded = np.zeros((15, 700, 3), dtype=np.float32)
    for event in padded:
        count = rng.integers(50, 400)
        event[:count, 0] = rng.exponential(20, count) + 0.1
        event[:count, 1] = rng.uniform(-5, 5, count)
        event[:count, 2] = rng.uniform(-np.pi, np.pi, count)
    path = tmp_path_factory.mktemp("whole") / "whole.h5"
    write(path, Events(padded, (np.arange(15) % 3 == 1).astype(np.int8)), {"edition": "twin"})
    return path


@pytest.mark.parametrize("number", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_none_hangs_none_harms_and_none_is_accepted(whole: Path, number: int) -> None:
    results = list(outcomes([Alteration(whole, seed) for seed in range(number)]))
    assert len(results) == number
    ended = results.count(None)  # the worker's end is noticed, and is not the parent's
    lived = [outcome for outcome in results if outcome is not None]
    assert ended <= number // 100
    assert not any(outcome.accepted for outcome in lived)
    assert max(outcome.seconds for outcome in lived) < 8
    assert 0.3 * number < sum(bool(outcome.refused) for outcome in lived) < number


@pytest.mark.parametrize("number", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_a_check_refuses_an_altered_file_by_its_hash(
    whole: Path, tmp_path: Path, number: int
) -> None:
    context = Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    for seed in range(5000, 5000 + number):
        with pytest.raises(InputError):
            check(Alteration(whole, seed).write(), context)
