"""The bases that both sides load, as plain folders: `tiny`, and SmolLM2 in float32."""

from __future__ import annotations

from pathlib import Path

from bench_llm.bases import smollm2
from bench_llm.bases.source import BaseSource


def folder_of(name: str) -> Path:
    """The folder of a base; SmolLM2 is fetched and unpacked where it is not there yet."""
    if name == "smollm2":
        smollm2.fetch()
    return BaseSource(name).folder()
