"""Writes runs into a folder as Every Eval Ever lays it out: `data/COLLECTION/OWNER/MODEL/`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.api.errors import RequestError
from bench.exporting.eee.evaluation import evaluation_of, place_of
from bench.exporting.eee.events import lines
from bench.exporting.folder import without_places
from bench.storage.files import write_bytes
from bench.storage.store import Run


def write_evaluations(
    runs: Sequence[Run], folder: Path, *, events: bool = False, organisation: str = ""
) -> list[Path]:
    """Write a file for each run, and one with its events if asked, in place of earlier ones.

    Args:
        runs: that ended well.
        folder: in which `data` is, or is made.
        events: whether to write the score of every event too.
        organisation: that provides the figures; not known if empty.

    Raises:
        RequestError: a run is void, failed or was interrupted, or there is none.
    """
    import msgspec

    if not runs:
        raise RequestError("no run that ended well")
    for run in runs:
        if run.record.status != "ok":
            raise RequestError(f"run {run.name} is {run.record.status}: it has no figures to give")
    now, written = datetime.now(UTC), []
    for run in [Run(run.folder, without_places(run.record)) for run in runs]:
        place = folder / f"{place_of(run)}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        evaluation = evaluation_of(run, organisation, now)
        if events and not run.record.bare:
            evaluation["detailed_evaluation_results"] = _write_events(run, evaluation, folder)
        write_bytes(place, msgspec.json.format(msgspec.json.encode(evaluation), indent=1) + b"\n")
        written.append(place)
    return written


def _write_events(run: Run, evaluation: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Write the events of a run beside its file; gives what the file says of them."""
    import msgspec

    path = f"{place_of(run)}_samples.jsonl"
    encoded = [msgspec.json.encode(line) for line in lines(run, evaluation["evaluation_id"])]
    content = b"".join(line + b"\n" for line in encoded)
    write_bytes(folder / path, content)
    return {
        "format": "jsonl",
        "file_path": path,
        "hash_algorithm": "sha256",
        "checksum": hashlib.sha256(content).hexdigest(),
        "total_rows": len(encoded),
    }
