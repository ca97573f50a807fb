"""Readers of the layouts that people have, a file each; they run in a child process with limits."""

from bench_lhco.imported.readers.choose import LAYOUTS, read

__all__ = ["LAYOUTS", "read"]
