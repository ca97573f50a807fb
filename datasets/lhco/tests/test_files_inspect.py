"""What a file of events says of itself, and the limits of a process that reads it."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bad_inputs import official
from bench_lhco.files import inspected
from bench_lhco.limits import bounds


def test_a_file_is_opened_again_only_when_it_was_touched(tmp_path: Path) -> None:
    path = official(tmp_path / "e.h5")
    first = inspected(path)
    assert first.provenance == {"edition": "twin"}
    assert inspected(path) is first
    official(path, 4)
    assert inspected(path).layout.events == 4


def test_bounds_let_go_of_what_they_held() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounds(), pytest.raises(MemoryError):
        np.ones(2**30)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_bounds_end_a_process_that_takes_too_long() -> None:
    code = "from bench_lhco.limits import bounds\nwith bounds(0.2):\n    while True: pass"
    ran = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert ran.returncode == -signal.SIGPROF
