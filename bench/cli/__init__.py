"""The command line: one file a command."""

from bench.cli.watched import main

__all__ = ["main"]
