"""A fit that is killed at any moment, again and again, ends bit-identical to one that is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("BENCH_KILLS", "20"))

DRIVER = '''
import json, os, random, signal, sys, time
from dataclasses import replace
from pathlib import Path
import torch
torch.set_num_threads(1)
here, base, folder, kills = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
sys.path.insert(0, here)
import accelerate, peft, sklearn.metrics, transformers  # what a child would import, once
from bench_llm.nfa import PromptFusion
from bench_llm.training import loop
from events import context, inputs

loop.CHECKPOINT_SECONDS = 0.03
MODEL = PromptFusion(base=base, tuning="lora", dropout=0.1, units=16, epochs=3, batch=8)
DATA = inputs(240), inputs(60, 1)

def child(target):
    """Fit in a process of its own, which says what it went on from; gives its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            told = []
            fitted = MODEL.fit(*DATA, replace(context(target), notice=told.append))
            (target / "kept").mkdir(exist_ok=True)
            fitted.save(target / "kept")
            code = 0
        finally:
            os._exit(code)
    return pid

whole = folder / "whole"
started = time.monotonic()
os.waitpid(child(whole), 0)
took = time.monotonic() - started
wanted = (whole / "kept" / "weights.safetensors").read_bytes()
draw = random.Random(1)
found = {"kills": 0, "fits": 0, "different": 0, "failed": 0, "seconds": took, "most": 0}
while found["kills"] < kills:
    target = folder / f"fit-{found['fits']}"
    killed = 0
    while True:
        pid = child(target)
        if killed < 9:
            # three in an epoch, on average: a fit has three epochs
            time.sleep(draw.uniform(0.02, took * 2 / 9))
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status):
            killed += 1
            continue
        found["failed"] += os.WEXITSTATUS(status) != 0
        break
    found["kills"] += killed
    found["most"] = max(found["most"], killed)
    found["fits"] += 1
    kept = target / "kept" / "weights.safetensors"
    found["different"] += not kept.exists() or kept.read_bytes() != wanted
print(json.dumps(found))
'''


@pytest.mark.parametrize("kills", [2, pytest.param(KILLS, marks=pytest.mark.slow)])
def test_a_fit_that_is_killed_goes_on_to_the_very_same_weights(
    base: str, tmp_path: Path, kills: int
) -> None:
    here = str(Path(__file__).parent)
    ran = subprocess.run(
        [sys.executable, "-c", DRIVER, here, base, str(tmp_path), str(kills)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    counts = json.loads(ran.stdout)
    print(counts)  # noqa: T201
    assert counts["kills"] >= kills
    assert counts["different"] == counts["failed"] == 0, ran.stderr
