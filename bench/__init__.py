"""The bench: what plugins may use of it, by its public names."""

from bench.cache import seal, verify
from bench.context import Bar, Context, Progress, Source, Training
from bench.division import rows_in, split_rows
from bench.errors import (
    BenchError,
    DamagedError,
    InputError,
    NotFiniteError,
    RequestError,
    did_you_mean,
)
from bench.files import put_in_place, write_bytes, written
from bench.fingerprint import file_digest
from bench.hookspecs import hookimpl
from bench.inputs import Inputs
from bench.parts import Dataset, Encoder, Fitted, Front, Metric, Model, Part, Rendered
from bench.prompts import ABSENT, ANSWERS, CUE, PLACEHOLDER, QUESTION, facts, framed
from bench.scored import Counts, Estimate, Scored
from bench.table import Column, Split, Table
from bench.wanted import Import, Simulation

__all__ = [
    "ABSENT",
    "ANSWERS",
    "CUE",
    "PLACEHOLDER",
    "QUESTION",
    "Bar",
    "BenchError",
    "Column",
    "Context",
    "Counts",
    "DamagedError",
    "Dataset",
    "Encoder",
    "Estimate",
    "Fitted",
    "Front",
    "Import",
    "InputError",
    "Inputs",
    "Metric",
    "Model",
    "NotFiniteError",
    "Part",
    "Progress",
    "Rendered",
    "RequestError",
    "Scored",
    "Simulation",
    "Source",
    "Split",
    "Table",
    "Training",
    "did_you_mean",
    "facts",
    "file_digest",
    "framed",
    "hookimpl",
    "put_in_place",
    "rows_in",
    "seal",
    "split_rows",
    "verify",
    "write_bytes",
    "written",
]
