"""The bench: what plugins may use of it, by its public names.

What a part is made of is loaded at once, all else when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from bench.api.asking import Formatter, Number, Passage, Reading
from bench.api.context import Bar, Context, Progress, Source, TrainingHandle
from bench.api.dataset_requests import ImportRequest, SimulationRequest
from bench.api.errors import (
    BenchError,
    DamagedError,
    InputError,
    NotFiniteError,
    RequestError,
    did_you_mean,
)
from bench.api.guard import Guard, InputEvidence, NotApplicableError, ProbeEvidence, ScoreEvidence
from bench.api.hookspecs import hookimpl
from bench.api.inputs import PARTICLE, Inputs
from bench.api.parts import Dataset, Encoder, Fitted, Metric, Model, Part, Rendered, ViewModule
from bench.api.prompt import ABSENT, ANSWERS, CUE, PLACEHOLDER, QUESTION, facts, framed
from bench.api.scores import Counts, Estimate, Scored
from bench.api.table import Column, Split, Table
from bench.api.vocabulary import Derived, Quantity, Vocabulary

if TYPE_CHECKING:
    from bench.data.particle_layouts import ExportedFile, ExportedSample, ExportRequest
    from bench.data.sampling import Sample, draw
    from bench.data.splits import rows_in, split_rows
    from bench.explaining.explanation import Claim, Explains, Explanation
    from bench.exporting.loading import load_exported
    from bench.plugins.needs import Needs
    from bench.storage.cache import put_sealed, seal, verify
    from bench.storage.code_digest import code_digest
    from bench.storage.files import (
        atomic_replace,
        atomic_write,
        make_folder,
        put_in_place,
        sync_all,
        write_bytes,
    )
    from bench.storage.fingerprint import array_digest, digest, event_ids, file_digest
    from bench.storage.home import data_folder
    from bench.storage.isolated import ReadLimits, interrupts_held, isolated
    from bench.storage.locks import LockedError, LockLostError, demand_held, locked
    from bench.storage.process_limits import limit_growth, limited_time, silence_process
    from bench.workbench.opening import open  # noqa: A004

LATER = {
    "bench.data.particle_layouts": ("ExportedFile", "ExportedSample", "ExportRequest"),
    "bench.data.sampling": ("Sample", "draw"),
    "bench.data.splits": ("rows_in", "split_rows"),
    "bench.explaining.explanation": ("Claim", "Explains", "Explanation"),
    "bench.exporting.loading": ("load_exported",),
    "bench.plugins.needs": ("Needs",),
    "bench.storage.cache": ("put_sealed", "seal", "verify"),
    "bench.storage.code_digest": ("code_digest",),
    "bench.storage.files": (
        *("atomic_replace", "atomic_write", "make_folder"),
        *("put_in_place", "sync_all", "write_bytes"),
    ),
    "bench.storage.fingerprint": ("array_digest", "digest", "event_ids", "file_digest"),
    "bench.storage.home": ("data_folder",),
    "bench.storage.isolated": ("ReadLimits", "interrupts_held", "isolated"),
    "bench.storage.locks": ("LockedError", "LockLostError", "demand_held", "locked"),
    "bench.storage.process_limits": ("limit_growth", "limited_time", "silence_process"),
    "bench.workbench.opening": ("open",),
}
"""Modules that are loaded when one of these names is asked for."""

__all__ = [
    "ABSENT",
    "ANSWERS",
    "CUE",
    "PARTICLE",
    "PLACEHOLDER",
    "QUESTION",
    "Bar",
    "BenchError",
    "Claim",
    "Column",
    "Context",
    "Counts",
    "DamagedError",
    "Dataset",
    "Derived",
    "Encoder",
    "Estimate",
    "Explains",
    "Explanation",
    "ExportRequest",
    "ExportedFile",
    "ExportedSample",
    "Fitted",
    "Formatter",
    "Guard",
    "ImportRequest",
    "InputError",
    "InputEvidence",
    "Inputs",
    "LockLostError",
    "LockedError",
    "Metric",
    "Model",
    "Needs",
    "NotApplicableError",
    "NotFiniteError",
    "Number",
    "Part",
    "Passage",
    "ProbeEvidence",
    "Progress",
    "Quantity",
    "ReadLimits",
    "Reading",
    "Rendered",
    "RequestError",
    "Sample",
    "ScoreEvidence",
    "Scored",
    "SimulationRequest",
    "Source",
    "Split",
    "Table",
    "TrainingHandle",
    "ViewModule",
    "Vocabulary",
    "array_digest",
    "atomic_replace",
    "atomic_write",
    "code_digest",
    "data_folder",
    "demand_held",
    "did_you_mean",
    "digest",
    "draw",
    "event_ids",
    "facts",
    "file_digest",
    "framed",
    "hookimpl",
    "interrupts_held",
    "isolated",
    "limit_growth",
    "limited_time",
    "load_exported",
    "locked",
    "make_folder",
    "open",
    "put_in_place",
    "put_sealed",
    "rows_in",
    "seal",
    "silence_process",
    "split_rows",
    "sync_all",
    "verify",
    "write_bytes",
]


def __getattr__(name: str) -> object:
    """A name of `LATER`, from then on as if it had been imported."""
    for module, names in LATER.items():
        if name in names:
            value: object = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
