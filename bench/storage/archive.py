"""Runs packed small beside a report, so that it can be written anew where the runs are not.

`results/runs.jsonl` has the record, the figures and the losses of each run; beside it lies one
Parquet file for each set of events, with a column of scores for each run on it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.api.scores import Scored
from bench.storage.distributions import CORE, versions
from bench.storage.files import atomic_write, write_bytes
from bench.storage.fingerprint import array_digest, digest
from bench.storage.history import HISTORY
from bench.storage.parse import parsed, read_json
from bench.storage.record import RunRecord
from bench.storage.record_schema import Written, demand_form
from bench.storage.report_contents import Contents
from bench.storage.secrets import masked_json
from bench.storage.store import Metrics, Run, Store, write_metrics, write_scores

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RESULTS, RUNS, CONTENTS = "results", "runs.jsonl", "contents.json"
SAMPLES = ("valid", "evaluated")
SHARED = ("event", "label", "weight", "mass")
FORM = 1
"""Of an archive; that of a record is told in the record."""
LOSSES = ("step", "answer_loss", "verdict_loss", "valid_loss", "loss")
"""Training scalars that a report draws."""


@dataclass(frozen=True)
class _Cover:
    """What an archive says of its form; the first ones said nothing."""

    form: Any = 1
    bench: Any = None


@dataclass(frozen=True)
class _Line:
    """What a packed run says of its form, whatever else it holds."""

    record: Written
    name: Any = None


@dataclass(frozen=True)
class Packed:
    """One run in an archive."""

    name: str
    record: RunRecord
    metrics: Metrics | None = None
    samples: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The file and the column that hold each sample's scores; runs of equal scores share one."""
    history: list[dict[str, float]] = field(default_factory=list)


def pack(runs: Sequence[Run], contents: Contents, folder: Path) -> None:
    """Write the archive of these runs and what their report holds, in place of an earlier one.

    Their order stays, as it is that of the samples in the report.

    Raises:
        DamagedError: a run's files are not what was sealed.
    """
    import msgspec

    shutil.rmtree(folder / RESULTS, ignore_errors=True)
    (folder / RESULTS).mkdir(parents=True)
    frames: dict[str, pd.DataFrame] = {}
    packed = [_packed(run, frames) for run in runs]
    for file, frame in frames.items():
        with atomic_write(folder / RESULTS / file) as draft:
            frame.to_parquet(draft, index=False, compression="zstd")
    write_packed(folder, packed)
    cover = asdict(contents) | {"form": FORM, "bench": versions([CORE]).get(CORE)}
    write_bytes(folder / RESULTS / CONTENTS, masked_json(msgspec.json.encode(cover)) + b"\n")


def contents_of(folder: Path) -> Contents:
    """What the report beside an archive holds.

    Raises:
        DamagedError: the archive cannot be read, or is of an unknown form.
    """
    file = folder / RESULTS / CONTENTS
    _demand_form(file)
    return read_json(file, Contents)


def unpack(folder: Path, store: Store) -> list[Run]:
    """The runs of an archive as runs of a store; one that the store has by name is left as it is.

    Raises:
        DamagedError: the archive cannot be read, or it or a run in it is of an unknown form.
    """
    frames: dict[str, pd.DataFrame] = {}
    return [_taken_up(one, folder / RESULTS, store, frames) for one in read_packed(folder)]


def read_packed(folder: Path) -> list[Packed]:
    """The lines of an archive.

    Raises:
        DamagedError: the archive cannot be read, or it or a run in it is of an unknown form.
    """
    packed = _read(folder / RESULTS / RUNS)
    if (cover := folder / RESULTS / CONTENTS).is_file():
        _demand_form(cover)
    return packed


def write_packed(folder: Path, packed: Sequence[Packed]) -> None:
    """Write the lines of an archive, in place of an earlier one's."""
    import msgspec

    lines = b"".join(masked_json(msgspec.json.encode(one)) + b"\n" for one in packed)
    write_bytes(folder / RESULTS / RUNS, lines)


def _read(file: Path) -> list[Packed]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise DamagedError(f"{file} cannot be read: {error.strerror or error}") from error
    packed = []
    for number, line in enumerate(lines, 1):
        where = f"{file}, line {number},"
        head = parsed(line, _Line, where)
        head.record.demand_known(f"{where} run {head.name},")
        packed.append(parsed(line, Packed, where))
    return packed


def _demand_form(file: Path) -> None:
    cover = read_json(file, _Cover)
    demand_form(cover.form, FORM, cover.bench, file)


def _packed(run: Run, frames: dict[str, pd.DataFrame]) -> Packed:
    record = replace(run.record, files={})
    if run.record.status != "ok":
        return Packed(run.name, record)
    samples = {}
    for sample in SAMPLES:
        scored, events = run.scored(sample), run.events(sample)
        if not len(events):
            continue
        arrays: list[NDArray[Any]] = [events, scored.y, scored.weights]
        arrays += [] if scored.mass is None else [scored.mass]
        file = f"events-{digest([array_digest(a) for a in arrays])[:12]}.parquet"
        if file not in frames:
            frames[file] = _shared(dict(zip(SHARED, arrays, strict=False)))
        samples[sample] = (file, _column(frames[file], run.name, scored.score))
    return Packed(run.name, record, run.metrics(), samples, list(_losses(run)))


def _taken_up(one: Packed, results: Path, store: Store, frames: dict[str, pd.DataFrame]) -> Run:
    if Path(one.name).name != one.name or one.name.startswith("."):
        raise DamagedError(f"{results / RUNS}: no run can be called {one.name!r}")
    if run := store.named(one.name):
        return run
    with store.alone(digest([one.name])):  # another process may take up the same archive
        return store.named(one.name) or _unpacked(one, results, store, frames)


def _unpacked(one: Packed, results: Path, store: Store, frames: dict[str, pd.DataFrame]) -> Run:
    import msgspec
    import pandas as pd

    folder = store.root / one.name
    folder.mkdir(parents=True, exist_ok=True)
    samples = {}
    for sample, (file, column) in one.samples.items():
        try:
            if file not in frames:
                frames[file] = pd.read_parquet(results / Path(file).name)
            samples[sample] = _scores(frames[file], column, one.record.threshold)
        except (OSError, ValueError, KeyError) as error:
            raise DamagedError(f"{results / file}: cannot be read: {error}") from error
    if one.metrics:
        write_scores(folder, samples)
        write_metrics(folder, one.metrics)
    if one.history:
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in one.history)
        write_bytes(folder / HISTORY, lines)
    return store.seal(folder, one.record)


def _column(frame: pd.DataFrame, name: str, score: NDArray[Any]) -> str:
    """The column of these scores, a new one if no run has them yet."""
    import numpy as np

    for known in frame.columns.drop(list(SHARED), errors="ignore"):
        if np.array_equal(frame[known].to_numpy(dtype=np.float64), score, equal_nan=True):
            return str(known)
    frame[name] = _narrow(score)
    return name


def _scores(frame: pd.DataFrame, column: str, threshold: float) -> tuple[Scored, object]:
    scored = Scored(
        y=frame["label"].to_numpy(),
        score=frame[column].to_numpy(dtype="float64"),
        weights=frame["weight"].to_numpy(dtype="float64"),
        threshold=threshold,
        mass=frame["mass"].to_numpy(dtype="float64") if "mass" in frame else None,
    )
    return scored, frame["event"].to_numpy()


def _shared(arrays: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: _narrow(array) for name, array in arrays.items()})


def _narrow(array: Any) -> Any:
    """Half as wide where nothing is lost."""
    import numpy as np

    if array.dtype != np.float64:
        return array
    half = array.astype(np.float32)
    return half if np.array_equal(half.astype(np.float64), array, equal_nan=True) else array


def _losses(run: Run) -> Iterator[dict[str, float]]:
    try:
        rows = run.history()
    except DamagedError as error:
        log.warning("%s; its losses are not packed", error)
        return
    for row in rows:
        losses = {name: value for name in LOSSES if (value := row.get(name)) is not None}
        if losses.keys() & LOSSES[1:]:
            yield losses
