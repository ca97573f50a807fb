"""Another tool's score of each event, matched to the events of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError
from bench.api.scores import Scored
from bench.guards.b066_decisions import rank_nothing
from bench.outside.dataframes import EVENT, INDEX, demand_columns, part_of, read_frame
from bench.outside.drawn import brought
from bench.outside.export_order import events_of, located
from bench.storage.fingerprint import array_digest, digest, file_digest
from bench.storage.record import OutsideRecord, RunRecord

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api.context import Source
    from bench.api.parts import Dataset
    from bench.api.table import Table


@dataclass(frozen=True, eq=False)
class Claim:
    """What the user says of a file of predictions."""

    file: Path
    model: str
    dataset: str
    edition: str | None = None
    threshold: float = 0.5
    options: str = ""
    """Its options, in the user's words."""
    source: str = ""
    allow: tuple[str, ...] = ()
    """Codes of the guards whose findings are let through."""
    seed: int = 0
    """Of the fit, where there are several."""
    valid: Path | None = None
    """A file of its scores of the valid split."""
    trained_on: Path | None = None
    """A file of the events that it was fitted on."""
    exported: Path | None = None
    """A folder of exported events, in whose order scores are that do not name theirs."""
    region: str | None = None
    """The region that the events are in, if they are of one alone."""
    weak: bool = False
    """Whether it was fitted without truth, by which events are data."""
    sidebands: str | None = None
    """Where the sidebands begin and end that data were told from, if not as usual."""
    frame: pd.DataFrame | None = None
    """The predictions themselves, where they are in no file; `file` is then what to call them."""

    @property
    def beside(self) -> dict[str, Path]:
        """What is named beside the scores, by the options that name it."""
        files = {"valid": self.valid, "trained_on": self.trained_on, "exported": self.exported}
        return {name: file for name, file in files.items() if file}


@dataclass(frozen=True, eq=False)
class Matched:
    """Predictions on known events, in the order of the events' ids."""

    record: RunRecord
    scored: Scored
    ids: NDArray[np.uint64]  # (n,)


def match(claim: Claim, dataset: Dataset, source: Source, table: Table) -> Matched:
    """The predictions with the labels, masses and ids of the dataset's events.

    Columns: `event`, the id as in `scores.parquet`, or `index`, the event's place in the file from
    0 on; `score` in [0, 1], empty for no answer; `label`, if there, has to be the dataset's;
    `sample`, if there, says which lines are of the evaluated events, as `bench data export` does.

    Raises:
        InputError: an event that the dataset does not have, one that is there twice, a score
            outside [0, 1], or a label that is not the dataset's.
    """
    import numpy as np

    frame = claim.frame
    if frame is None:
        frame = part_of(claim.file, read_frame(claim.file), "evaluated")
        frame = located(claim.exported, claim.file, frame, "evaluated")
    demand_columns(claim.file, frame, ["score"])
    rows = rows_of(claim.file, frame, table)
    order = np.argsort(table.ids[rows])
    rows, score = rows[order], scores_in(claim.file, frame)[order]
    events = table.take(rows)
    if "label" in frame:
        _demand_labels(claim.file, numbers_in(claim.file, frame, "label")[order], events)
    mass = dataset.mass if dataset.mass and table.has(dataset.mass) else None
    scored = Scored(
        y=events.y,
        score=score,
        weights=np.ones(len(events)),
        threshold=claim.threshold,
        mass=events.column(mass).astype("float64") if mass else None,
        bare=rank_nothing(score),
    )
    record = _record(claim, dataset, source, table, events)
    return Matched(replace(record, decisions=scored.bare), scored, events.ids)


def numbered(table: Table, ids: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The place in the table of each of these events, or of another one where it has none: (n,)."""
    import numpy as np

    order = np.argsort(table.ids)
    place = np.searchsorted(table.ids[order], ids).clip(max=len(table) - 1)
    return np.asarray(order[place], dtype=np.intp)


def rows_of(file: Path, frame: pd.DataFrame, table: Table) -> NDArray[np.intp]:
    """The place in the table of each line's event: (n,).

    Raises:
        InputError: an event that the table does not have, or one that is there twice.
    """
    import numpy as np

    if EVENT in frame:
        ids = _ids(file, frame[EVENT].tolist())
        rows = numbered(table, ids)
        strange = int((table.ids[rows] != ids).sum())
    elif INDEX in frame:
        number = numbers_in(file, frame, INDEX)
        bad = (number < 0) | (number >= len(table)) | (number != np.floor(number))
        strange, rows = int(bad.sum()), np.where(bad, 0, number).astype(np.intp)
    else:
        raise InputError(
            f"{file}: no column 'event' or 'index' that says which events these are; if they are in"
            " the order of an export, say by --exported which"
        )
    if strange:
        raise InputError(f"{file}: {strange} of {len(frame)} events are not the dataset's")
    if twice := len(rows) - len(np.unique(rows)):
        raise InputError(f"{file}: {twice} of {len(frame)} events are there more than once")
    return np.asarray(rows, dtype=np.intp)


def _ids(file: Path, values: Sequence[object]) -> NDArray[np.uint64]:
    import numpy as np

    try:
        return np.array([int(str(value)) for value in values], dtype=np.uint64)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{file}: an event id that is not a whole number: {error}") from error


def numbers_in(file: Path, frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A column as numbers: (n,), NaN where it is empty.

    Raises:
        InputError: something that is no number.
    """
    import numpy as np
    import pandas as pd

    column = frame[name].replace("", np.nan)
    try:
        return pd.to_numeric(column).to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        where = f"{file}: column {name!r}: {str(error)[:80]}"
        raise InputError(f"{where}; wanted numbers, of decisions 0 and 1") from error


def scores_in(file: Path, frame: pd.DataFrame) -> NDArray[np.float64]:
    """The score of each line: (n,), NaN where it is empty.

    Raises:
        InputError: one that is no P(signal).
    """
    import numpy as np

    score = numbers_in(file, frame, "score")
    outside = score[~np.isnan(score) & ~((score >= 0) & (score <= 1))]
    if len(outside):
        message = f"{file}: {len(outside)} of {len(score)} scores outside 0 to 1; wanted P(signal)"
        raise InputError(f"{message}{_scale(outside, score)}")
    return score


def _scale(outside: NDArray[np.float64], score: NDArray[np.float64]) -> str:
    """What such scores are instead, as far as it can be seen, and how they become P(signal)."""
    import numpy as np

    if len(outside) < len(score) and len(values := np.unique(outside)) == 1:
        return f"; if {values[0]:g} stands for no answer, leave it empty"
    if np.nanmin(score) >= 0:
        return "; if these are percent, divide by 100" if np.nanmax(score) <= 100 else ""
    logs = ", if logarithms, exp(x)" if np.nanmax(score) <= 0 else ""
    return f"; if these are logits x, bring 1 / (1 + exp(-x)){logs}"


def _digest(frame: pd.DataFrame) -> str:
    """The content hash of predictions that are in no file."""
    return digest([array_digest(frame[name].to_numpy()) for name in (EVENT, "score")])


def _demand_labels(file: Path, label: NDArray[np.float64], events: Table) -> None:
    import numpy as np

    if wrong := int(np.count_nonzero(label != events.y)):
        why = "is 1 background?" if np.array_equal(1 - label, events.y) else "are the rows shifted?"
        raise InputError(f"{file}: {wrong} of {len(events)} labels are not the dataset's; {why}")


def _record(
    claim: Claim, dataset: Dataset, source: Source, table: Table, events: Table
) -> RunRecord:
    sample = brought(dataset, source, table, events)
    content = file_digest(claim.file) if claim.frame is None else _digest(claim.frame)
    if claim.exported is not None:
        content = digest([content, file_digest(events_of(claim.exported))])
    lacks = ["the train sample", "scores of a valid split"]
    return RunRecord(
        id="",
        created="",
        status="ok",
        plugin=claim.model,
        dataset=dataset.name,
        seed=claim.seed,
        request={
            "threshold": f"{claim.threshold:g}",
            **({"allow": sorted(claim.allow)} if claim.allow else {}),
            **{name: file.name for name, file in claim.beside.items()},
            **({"region": claim.region} if claim.region else {}),
        },
        threshold=claim.threshold,
        sample=sample,
        scores=digest([claim.model, claim.options, content, sample.fingerprint]),
        outside=OutsideRecord(
            file=claim.file.name if claim.frame is None else "",
            digest=content,
            row=None,
            lacks=lacks,
            told=claim.options,
            source=claim.source,
        ),
    )
