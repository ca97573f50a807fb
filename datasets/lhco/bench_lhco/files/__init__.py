"""Event files in the official layout: read, write, check; and the black boxes' master keys."""

from bench_lhco.files.check import check
from bench_lhco.files.key import read_key
from bench_lhco.files.layout import Layout, count_events, read_layout
from bench_lhco.files.provenance import provenance
from bench_lhco.files.reader import slices
from bench_lhco.files.writer import write

__all__ = [
    "Layout",
    "check",
    "count_events",
    "provenance",
    "read_key",
    "read_layout",
    "slices",
    "write",
]
