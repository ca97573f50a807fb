"""Bare confusion counts of other tools: one operating point a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.api.errors import InputError, did_you_mean
from bench.api.scores import Scored
from bench.outside.dataframes import demand_columns, read_frame
from bench.outside.names import LONGEST, demand_short
from bench.storage.fingerprint import file_digest
from bench.storage.record import OutsideRecord, RunRecord, SampleRecord

NEEDED = ("model", "dataset", "true_signal", "signal", "true_background", "background")
OPTIONAL = {
    "edition": "official",
    "ratio": "natural",
    "options": "",
    "without": "",
    "date": "",
    "unjudged_signal": "0",
    "unjudged_background": "0",
    "tolerance": "0",
    "source": "",
}
"""Columns that may be there, and what stands for them if not."""
PRINTED = "printed_"
LACKS = ["scores", "events", "the train sample"]
MOST = 2_000_000
"""Events of one row; the largest dataset has 1.1 million."""
ROWS = 10_000
"""Rows of a file."""


def read_counts(file: Path) -> Iterator[tuple[RunRecord, Scored]]:
    """Every row as a record with decisions that have its counts; made one by one.

    All rows are looked at before the first is given.

    Raises:
        InputError: a row that makes no sense, by its number.
    """
    frame = read_frame(file)
    demand_columns(file, frame, NEEDED)
    known = {*NEEDED, *OPTIONAL}
    for name in frame.columns:
        if name not in known and not name.startswith(PRINTED):
            raise InputError(f"{file}: no column {name!r} is known; {did_you_mean(name, known)}")
    if len(frame) > ROWS:
        raise InputError(f"{file}: {len(frame)} rows, wanted at most {ROWS}")
    digest = file_digest(file)
    rows = frame.to_dict("records")
    read = [_row(file, digest, i, _texts(row)) for i, row in enumerate(rows, 1)]
    return ((record, _decided(counts)) for record, counts in read)


def _texts(row: Mapping[object, object]) -> dict[str, str]:
    given = {str(name): str(value).strip() for name, value in row.items()}
    return OPTIONAL | {name: value for name, value in given.items() if value}


def _row(
    file: Path, digest: str, number: int, row: dict[str, str]
) -> tuple[RunRecord, dict[str, int]]:
    """The record of a row, and its counts by their columns."""
    where = f"{file}, row {number}"
    for name in NEEDED:
        if name not in row:
            raise InputError(f"{where}: no {name}")
    demand_short(where, **{name: row[name] for name in LONGEST})
    counts = {
        name: _whole(where, name, row[name])
        for name in (*NEEDED[2:], "unjudged_signal", "unjudged_background")
    }
    for label in ("signal", "background"):
        decided = counts[f"true_{label}"] + counts[f"unjudged_{label}"]
        if decided > counts[label]:
            raise InputError(f"{where}: {decided} of {counts[label]} {label} events decided")
    events = counts["signal"] + counts["background"]
    if not 0 < events <= MOST:
        raise InputError(f"{where}: {events or 'no'} events; wanted at most {MOST}")
    sample = SampleRecord(
        dataset=row["dataset"],
        edition=row["edition"],
        source=digest,
        options={},
        split="outside",
        ratio=row["ratio"],
        signal=counts["signal"],
        background=counts["background"],
        natural=counts["signal"] / (counts["signal"] + counts["background"]),
        fingerprint="",
    )
    printed = {n.removeprefix(PRINTED): value for n, value in row.items() if n.startswith(PRINTED)}
    record = RunRecord(
        id="",
        created=_date(where, row["date"]),
        status="ok",
        plugin=row["model"],
        dataset=row["dataset"],
        seed=0,
        request={},
        views=["numbers", "texts"] if row["without"] else [],
        without=row["without"] or None,
        sample=sample,
        outside=OutsideRecord(
            file=file.name,
            digest=digest,
            row=number,
            lacks=LACKS,
            told=row["options"],
            source=row["source"],
            printed=printed,
            tolerance=_fraction(where, row["tolerance"]),
        ),
    )
    return record, counts


def _decided(counts: Mapping[str, int]) -> Scored:
    """A row for each outcome, which stands for as many events as fell so; none of them is known."""
    import numpy as np

    rows = []
    for label, name in ((1, "signal"), (0, "background")):
        right, unjudged = counts[f"true_{name}"], counts[f"unjudged_{name}"]
        wrong = counts[name] - right - unjudged
        rows += [(label, label, right), (label, 1 - label, wrong), (label, np.nan, unjudged)]
    y, score, events = zip(*(row for row in rows if row[2]), strict=True)
    return Scored(
        np.array(y, dtype=np.int8),
        np.array(score, dtype=np.float64),
        np.array(events, dtype=np.float64),
        threshold=0.5,
        bare=True,
        tallied=True,
    )


def _whole(where: str, name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,9}(\.0*)?", text) or int(float(text)) > MOST:
        raise InputError(f"{where}: {name} is {text[:40]!r}; wanted a whole number up to {MOST}")
    return int(float(text))


def _fraction(where: str, text: str) -> float:
    if not re.fullmatch(r"0?\.?\d*", text) or not text:
        raise InputError(f"{where}: tolerance is {text[:40]!r}; wanted a number such as 0.005")
    return float(text)


def _date(where: str, text: str) -> str:
    if text and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise InputError(f"{where}: date is {text[:40]!r}; wanted it as 2025-10-14")
    return f"{text}T00:00:00Z" if text else ""
