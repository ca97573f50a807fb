"""The command line: one file a command."""

from bench.cli.main import main

__all__ = ["main"]
