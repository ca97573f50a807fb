"""Runs packed small beside a report, so that it can be written anew where the runs are not.

`results/runs.jsonl` has the record, the figures and the losses of each run; beside it lies one
Parquet file for each set of events, with a column of scores for each run on it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.api.scores import Scored
from bench.storage.archive_lines import (
    RESULTS,
    RUNS,
    Cover,
    Packed,
    contents_of,
    cover_of,
    read_packed,
    write_cover,
    write_packed,
)
from bench.storage.drafts import drafted
from bench.storage.explanations_file import write_explanations
from bench.storage.files import atomic_write, make_folder, write_bytes
from bench.storage.fingerprint import array_digest, digest, file_digest, scores_digest
from bench.storage.history import HISTORY
from bench.storage.store import Run, Store, write_metrics, write_scores

__all__ = [
    "RESULTS",
    "RUNS",
    "Packed",
    "contents_of",
    "pack",
    "read_packed",
    "unpack",
    "unpack_sound",
    "write_packed",
]

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.storage.report_contents import Contents

log = logging.getLogger(__name__)

SAMPLES = ("valid", "evaluated")
SHARED = ("event", "label", "weight", "mass")
LOSSES = ("step", "answer_loss", "verdict_loss", "valid_loss", "loss")
"""Training scalars that a report draws."""


def pack(runs: Sequence[Run], contents: Contents, folder: Path) -> None:
    """Write the archive of these runs and what their report holds, in place of an earlier one.

    Their order stays, as it is that of the samples in the report.

    A run whose files are not what was sealed is left out, and named.
    """
    frames: dict[str, pd.DataFrame] = {}
    packed = list(_all_packed(runs, frames))
    with drafted(folder) as draft:
        results = draft / RESULTS
        results.mkdir()
        for file, frame in frames.items():
            with atomic_write(results / file) as one:
                frame.to_parquet(one, index=False, compression="zstd")
        write_packed(draft, packed)
        write_cover(draft, contents, packed)


def unpack(folder: Path, store: Store) -> list[Run]:
    """The runs of an archive as runs of a store; one that the store has by name is left as it is.

    Raises:
        DamagedError: the archive cannot be read, or it or a run in it is of an unknown form.
    """
    scores = _Scores(folder / RESULTS, cover_of(folder))
    return [_taken_up(one, store, scores) for one in read_packed(folder)]


def unpack_sound(folder: Path, store: Store) -> list[Run]:
    """The runs of an archive that can be read, as `unpack`; the others are left out, and named."""
    runs = []
    try:
        scores = _Scores(folder / RESULTS, cover_of(folder))
        packed = read_packed(folder, sound=True)
    except DamagedError as error:
        log.warning("%s; nothing of it is taken", error)
        return []
    for one in packed:
        try:
            runs.append(_taken_up(one, store, scores))
        except DamagedError as error:
            log.warning("%s; run %s is left out", error, one.name)
    return runs


def _all_packed(runs: Sequence[Run], frames: dict[str, pd.DataFrame]) -> Iterator[Packed]:
    for run in runs:
        try:
            yield _packed(run, frames)
        except DamagedError as error:
            log.warning("%s; the run is not packed", error)


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
    losses = list(_losses(run))
    return Packed(run.name, record, run.metrics(), samples, losses, run.explanations())


@dataclass(frozen=True)
class _Scores:
    """The files of scores of an archive, each of them read once."""

    results: Path
    cover: Cover
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def of(self, one: Packed) -> dict[str, tuple[Scored, object]]:
        """The scores and the events of each sample of a run.

        Raises:
            DamagedError: they cannot be read, or are not those that the run's figures are of.
        """
        samples = {}
        for sample, (file, column) in one.samples.items():
            try:
                samples[sample] = _scores(self._frame(file), column, one.record.threshold)
            except (OSError, ValueError, KeyError) as error:
                raise DamagedError(f"{self.results / file}: cannot be read: {error}") from error
        values, evaluated = one.record.values, samples.get("evaluated")
        if values and evaluated and scores_digest(evaluated[0].score) != values:
            file = one.samples["evaluated"][0]
            raise DamagedError(f"{self.results / file}: other scores than were judged")
        return samples

    def _frame(self, file: str) -> pd.DataFrame:
        import pandas as pd

        if file not in self.frames:
            path = self.results / Path(file).name
            self.cover.demand_sealed(file, file_digest(path), path)
            self.frames[file] = pd.read_parquet(path)
        return self.frames[file]


def _taken_up(one: Packed, store: Store, scores: _Scores) -> Run:
    if Path(one.name).name != one.name or one.name.startswith("."):
        raise DamagedError(f"{scores.results / RUNS}: no run can be called {one.name!r}")
    if run := store.named(one.name):
        return run
    samples = scores.of(one)
    with store.alone(digest([one.name])):  # another process may take up the same archive
        return store.named(one.name) or _unpacked(one, store, samples)


def _unpacked(one: Packed, store: Store, samples: Mapping[str, tuple[Scored, object]]) -> Run:
    import msgspec

    folder = store.root / one.name
    try:
        make_folder(folder)
        if one.metrics:
            write_scores(folder, samples)
            write_metrics(folder, one.metrics)
        if one.history:
            lines = b"".join(msgspec.json.encode(row) + b"\n" for row in one.history)
            write_bytes(folder / HISTORY, lines)
        if one.explanations:
            write_explanations(folder, one.explanations)
        return store.seal(folder, one.record)
    except OSError:
        store.withdraw(folder)
        raise


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
