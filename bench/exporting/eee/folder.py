"""Writes runs into a folder as Every Eval Ever lays it out: `data/COLLECTION/OWNER/MODEL/`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePath
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
    now, contents = datetime.now(UTC), dict[str, bytes]()
    for run in [Run(run.folder, without_places(run.record)) for run in runs]:
        evaluation = evaluation_of(run, organisation, now)
        if events and not run.record.bare:
            path, content = _events_file(run, evaluation)
            contents[path] = content
            evaluation["detailed_evaluation_results"] = _about(path, content)
        encoded = msgspec.json.format(msgspec.json.encode(evaluation), indent=1) + b"\n"
        contents[f"{place_of(run)}.json"] = encoded
    _write(contents, folder)
    return [folder / path for path in contents if path.endswith(".json")]


def _write(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write all files; where that fails, those go that were not there before."""
    with ExitStack() as new:
        for path, content in contents.items():
            for parent in reversed([folder, *(folder / p for p in PurePath(path).parents)]):
                if not parent.exists():
                    new.callback(_removed, parent)
                    parent.mkdir(parents=True)
            if not (folder / path).exists():
                new.callback(_removed, folder / path)
            write_bytes(folder / path, content)
        new.pop_all()


def _removed(path: Path) -> None:
    with suppress(OSError):
        path.rmdir() if path.is_dir() else path.unlink()


def _events_file(run: Run, evaluation: dict[str, Any]) -> tuple[str, bytes]:
    """The file with the events of a run that lies beside its own: its place and its content."""
    import msgspec

    path = f"{place_of(run)}_samples.jsonl"
    encoded = [msgspec.json.encode(line) for line in lines(run, evaluation["evaluation_id"])]
    return path, b"".join(line + b"\n" for line in encoded)


def _about(path: str, content: bytes) -> dict[str, Any]:
    """What a run's file says of the file with its events."""
    return {
        "format": "jsonl",
        "file_path": path,
        "hash_algorithm": "sha256",
        "checksum": hashlib.sha256(content).hexdigest(),
        "total_rows": content.count(b"\n"),
    }
