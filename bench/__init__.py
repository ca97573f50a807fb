"""The bench: what plugins may use of it, by its public names."""

from bench.api.context import Bar, Context, Progress, Source, Training
from bench.api.dataset_requests import Import, Simulation
from bench.api.errors import (
    BenchError,
    DamagedError,
    InputError,
    NotFiniteError,
    RequestError,
    did_you_mean,
)
from bench.api.hookspecs import hookimpl
from bench.api.inputs import Inputs
from bench.api.parts import Dataset, Encoder, Fitted, Front, Metric, Model, Part, Rendered
from bench.api.prompt import ABSENT, ANSWERS, CUE, PLACEHOLDER, QUESTION, facts, framed
from bench.api.scores import Counts, Estimate, Scored
from bench.api.table import Column, Split, Table
from bench.data.sampling import Sample, draw
from bench.data.splits import rows_in, split_rows
from bench.storage.cache import seal, verify
from bench.storage.code_digest import code_digest
from bench.storage.files import put_in_place, write_bytes, written
from bench.storage.fingerprint import array_digest, digest, file_digest
from bench.storage.home import data_folder

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
    "Sample",
    "Scored",
    "Simulation",
    "Source",
    "Split",
    "Table",
    "Training",
    "array_digest",
    "code_digest",
    "data_folder",
    "did_you_mean",
    "digest",
    "draw",
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
