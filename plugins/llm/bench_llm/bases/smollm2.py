"""SmolLM2-135M-Instruct, a small real language model; where the bench keeps it."""

from __future__ import annotations

from pathlib import Path

import bench

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def path() -> Path:
    """Where the file lies, whether it is there or not."""
    return bench.data_folder().parent / "bases" / FILE
