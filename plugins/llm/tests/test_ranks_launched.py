"""The whole way of a run by two processes, as launchers begin them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from events import small_base

from bench.storage.store import Run, Store

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
ACCELERATE = (
    *("accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"),
    *("--main_process_port", "0", "--mixed_precision", "no", "--dynamo_backend", "no"),
)
SAMPLES = ("--dataset", "known", "--valid-events", "100", "--events", "200")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, with a base whose context has room for events of 18 features."""
    root = tmp_path_factory.mktemp("launched")
    config = Path(small_base(root / "base")) / "config.json"
    shape = {**json.loads(config.read_text()), "max_position_embeddings": 256}
    config.write_text(json.dumps(shape))
    return root


def run_by(
    place: Path, launcher: tuple[str, ...], runs: str, batch: int, *words: str
) -> tuple[list[Run], str]:
    """The runs of a command that a launcher begins, and what it printed as its result."""
    begun = [sys.executable, *(["-m", *launcher] if launcher else []), "-m", "bench", "run"]
    said = ["--plugin", "llm-nfa", *SAMPLES, "--runs", str(place / runs), *words]
    settings = [f"base={place / 'base'}", "epochs=1", "evaluations=1", f"batch={batch}"]
    done = subprocess.run(
        [*begun, *said, *(w for one in settings for w in ("--set", one))],
        env={**os.environ, "BENCH_HOME": str(place / "home"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert not done.returncode, done.stderr
    made = list(Store(place / runs).runs())
    # said at once, where a line on the training is said of one that takes a second
    assert len(re.findall(r"^known \(twin\): ", done.stderr, flags=re.MULTILINE)) == len(made)
    assert "process 1" not in done.stderr
    return made, done.stdout


FEW, OTHERS, MORE = (("--train-events", str(n)) for n in (160, 176, 192))
"""A fit that is there is not made again."""


@pytest.mark.early
def test_torchrun_gives_one_run_of_one_process_that_speaks(place: Path) -> None:
    (run,), printed = run_by(place, TORCHRUN, "both", 8, *FEW)
    assert (run.record.status, run.record.ranks) == ("ok", ["cpu"] * 2)
    assert len([line for line in printed.splitlines() if line.startswith("| AUC")]) == 1
    assert printed.count(run.name) == 1


@pytest.mark.slow
def test_such_a_run_equals_one_process_with_twice_the_batch(place: Path) -> None:
    (both,), _ = run_by(place, TORCHRUN, "twice", 8, *OTHERS)
    (one,), _ = run_by(place, (), "one", 16, *OTHERS)
    assert one.record.ranks == []
    assert [row["step"] for row in both.history()] == [row["step"] for row in one.history()]
    scores = [run.scored().score for run in (both, one)]
    np.testing.assert_allclose(*scores, rtol=0, atol=1e-5)
    assert np.ptp(scores[0]) > 1e-3


@pytest.mark.slow
def test_accelerate_launch_does_the_same(place: Path) -> None:
    runs, printed = run_by(place, ACCELERATE, "accelerate", 8, *MORE)
    assert [run.record.ranks for run in runs] == [["cpu"] * 2]
    assert printed.count("| AUC") == 1


@pytest.mark.slow
def test_a_whole_fit_of_two_is_as_good_as_the_seeds_of_one(place: Path) -> None:
    size = ("--train-events", "2000", "--seeds", "3", "--set", "lr=0.001")
    both, one = (
        [run.metrics().estimates["auc"].value for run in run_by(place, *how, *size)[0]]
        for how in ((TORCHRUN, "whole both", 8), ((), "whole one", 16))
    )
    assert min(one) > 0.6
    assert abs(np.mean(both) - np.mean(one)) <= np.std(one, ddof=1)
