"""What every command works in: the home folder and the terminal."""

from __future__ import annotations

from bench.workbench.surroundings import JOBS, context

__all__ = ["JOBS", "context"]
