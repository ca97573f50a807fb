"""Event files in the official layout: read, write, check; and the black boxes' master keys."""

from bench_lhco.files.check import check
from bench_lhco.files.inspect import Inspection, inspected
from bench_lhco.files.key import read_key
from bench_lhco.files.layout import Layout
from bench_lhco.files.opened import read_layout
from bench_lhco.files.provenance import provenance
from bench_lhco.files.reader import slices
from bench_lhco.files.sha256 import demand_recorded
from bench_lhco.files.writer import write

__all__ = [
    "Inspection",
    "Layout",
    "check",
    "demand_recorded",
    "inspected",
    "provenance",
    "read_key",
    "read_layout",
    "slices",
    "write",
]
