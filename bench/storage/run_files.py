"""The files of a run beside its record and its scores: figures, training scalars, tracebacks."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.storage.files import naming, write_bytes
from bench.storage.history import HISTORY
from bench.storage.machine import MachineError
from bench.storage.record import Verdict
from bench.storage.secrets import masked, masked_json
from bench.storage.stored_run import METRICS, Metrics

log = logging.getLogger(__name__)

TRACEBACK = "traceback.txt"


def write_metrics(folder: Path, metrics: Metrics) -> None:
    """Write the figures; numbers of numpy, which a metric may return, as Python's own."""
    import msgspec

    content = masked_json(msgspec.json.encode(metrics, enc_hook=_own_number))
    write_bytes(folder / METRICS, msgspec.json.format(content, indent=1))


def _own_number(value: Any) -> Any:
    """A scalar of numpy as what it holds.

    Raises:
        NotImplementedError: it is something else.
    """
    import numpy as np

    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"a {type(value).__name__} among the figures")


def write_traceback(folder: Path, text: str) -> None:
    """Write where something broke, whatever characters an error has.

    Where the machine refuses even that, the record does without, if that can be written.
    """
    try:
        write_bytes(folder / TRACEBACK, masked(text).encode(errors="backslashreplace"))
    except OSError as error:
        log.info("%s", MachineError.of(error, folder / TRACEBACK, "to tell where it broke"))


def without_tracebacks(folder: Path, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts as a record has them; where guards broke is told in a file of the folder."""
    texts = [f"{v.code} {v.guard}\n{v.traceback}" for v in verdicts if v.traceback]
    if texts:
        write_traceback(folder, "\n".join(texts))
    return [replace(verdict, traceback="") for verdict in verdicts]


def copy_history(folder: Path, history: Path) -> None:
    """Keep the training scalars of the fit with the run."""
    if history.exists():
        with naming(folder / HISTORY):
            shutil.copyfile(history, folder / HISTORY)
