"""Other tools in an environment of their own, for tests of what the bench writes for them.

`make interop` makes it; without it those tests skip, and say so.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
PYTHON = Path(os.environ.get("BENCH_INTEROP", HOUSE / ".venv-interop")) / "bin" / "python"


def other_tools(module: str) -> None:
    """Skip the test where a module of another tool is not at hand."""
    if not PYTHON.exists():
        pytest.skip(f"no {PYTHON}: `make interop` makes it")
    done = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no {module} in {PYTHON.parents[1]}")


def in_other_tools(script: str, *words: str | Path, folder: Path) -> str:
    """What a script says that runs among the other tools; a failure of it fails the test."""
    done = subprocess.run(
        [PYTHON, "-c", script, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
