"""Runs in the layout of Every Eval Ever: a file a run, with every figure, and events if asked."""

from bench.exporting.eee.folder import write_evaluations

__all__ = ["write_evaluations"]
