"""A chunk of an ingest: the features of some events of a file, kept with a receipt.

It is a pure function of the file's bytes and of the recipe, so one whose receipt is there need
not be made again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

import bench
from bench_lhco.constituents import WithJets, keep_constituents
from bench_lhco.events import event_ids
from bench_lhco.features import SETS
from bench_lhco.files.reader import raw_slices, sound
from bench_lhco.limits import bounds
from bench_lhco.recipe import SLICE, Recipe
from bench_lhco.state import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Job:
    """The events from `start` to `stop` of a file."""

    recipe: Recipe
    folder: Path
    start: int
    stop: int
    labels: NDArray[np.int8] | int | None = None
    """Theirs, where the file has none; one for all if they are the same."""
    state: tuple[int, ...] | None = None
    """The file's, as `state_of` gives it, if it is to be the same when all is read."""

    @property
    def file(self) -> Path:
        """Where the chunk is kept."""
        return self.folder / f"{self.start:09d}.npz"

    @property
    def constituents(self) -> Path:
        """Where the jets' constituents are kept, if they are."""
        return self.folder / f"{self.start:09d}.parquet"

    @property
    def receipt(self) -> Path:
        """Where its receipt is, written last."""
        return self.folder / f"{self.start:09d}.json"

    @property
    def events(self) -> str:
        """The range in words."""
        return f"events {self.start} to {self.stop - 1}"


def plain_of(job: Job) -> dict[str, Any]:
    """A job as JSON has it, for another machine with the same folders."""
    labels = job.labels.tolist() if isinstance(job.labels, np.ndarray) else job.labels
    recipe = {**asdict(job.recipe), "path": str(job.recipe.path.absolute())}
    own = {"recipe": recipe, "folder": str(job.folder.absolute()), "labels": labels}
    return {**own, "start": job.start, "stop": job.stop, "state": job.state}


def job_of(plain: dict[str, Any]) -> Job:
    """The job that is so in JSON."""
    recipe, labels, state = plain["recipe"], plain["labels"], plain["state"]
    typed = {"path": Path(recipe["path"]), "allowed": tuple(recipe["allowed"])}
    return Job(
        Recipe(**{**recipe, **typed}),
        Path(plain["folder"]),
        plain["start"],
        plain["stop"],
        np.array(labels, dtype=np.int8) if isinstance(labels, list) else labels,
        None if state is None else tuple(state),
    )


@dataclass(frozen=True)
class Receipt:
    """What a chunk holds, for the sum over all of them to be checked."""

    first: int
    last: int
    count: int
    """Events that were kept."""
    skipped: int
    """Invalid ones that were left out."""
    sha256: tuple[str, ...]
    """Of the chunk's files."""


@dataclass(frozen=True, eq=False)
class Content:
    """What a chunk holds, or all of them: the features of n events."""

    x: NDArray[np.float32]  # (n, d)
    labels: NDArray[np.int8]  # (n,)
    ids: NDArray[np.uint64]  # (n,)


def joined_content(parts: list[Content]) -> Content:
    """The events of all parts, one part after the other."""
    names = ("x", "labels", "ids")
    return Content(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def make_chunk(job: Job) -> Receipt:
    """Write a chunk and, when it is in place, its receipt.

    Raises:
        InputError: an invalid event, or the file is no longer what it was.
    """
    with_jets: list[WithJets] = []
    content = joined_content(list(_parts(job, with_jets)))
    if job.state is not None and state_of(job.recipe.path) != job.state:
        raise bench.InputError(f"{job.recipe.path} was changed while it was read; run it again")
    if job.recipe.constituents:
        with bench.atomic_write(job.constituents) as draft:
            keep_constituents(draft, with_jets, others=job.recipe.others)
    with bench.atomic_write(job.file) as draft, draft.open("wb") as out:
        np.savez(out, x=content.x, labels=content.labels, ids=content.ids)
    count = len(content.ids)
    missing = job.stop - job.start - count
    receipt = Receipt(job.start, job.stop - 1, count, missing, _hashes(job))
    bench.write_bytes(job.receipt, json.dumps(asdict(receipt)).encode())
    return receipt


def receipt_of(job: Job) -> Receipt | None:
    """The receipt of a chunk that is whole, by its hashes; None if it has to be made."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        recorded = json.loads(job.receipt.read_bytes())
        receipt = Receipt(**{**recorded, "sha256": tuple(recorded["sha256"])})
        counted = (receipt.first, receipt.last, receipt.count + receipt.skipped)
        if counted == (job.start, job.stop - 1, job.stop - job.start):
            return receipt if receipt.sha256 == _hashes(job) else None
    return None


def content_of(job: Job) -> Content | None:
    """The events of a chunk; None if it is not there or damaged, by its checksums."""
    with (
        suppress(OSError, EOFError, KeyError, ValueError, BadZipFile),
        job.file.open("rb") as raw,  # here, because numpy leaves a damaged file open
        np.load(raw, allow_pickle=False) as chunk,
    ):
        return Content(chunk["x"], chunk["labels"], chunk["ids"])
    return None


def _parts(job: Job, with_jets: list[WithJets]) -> Iterator[Content]:
    """The features of a job's events, slice by slice.

    `with_jets` takes what the constituents are made of, if they are to be kept.
    """
    recipe, kind = job.recipe, SETS[job.recipe.features]
    read = raw_slices(
        recipe.path, SLICE, job.start, job.stop, labels=job.labels, allowed=recipe.allowed
    )
    while True:
        with bounds():
            part = next(read, None)
        if part is None:
            return
        events = sound(recipe.path, part, skip=recipe.skip)
        particles = events.particles
        jets = kind.jets(particles, recipe.radius, recipe.min_pt)
        ids = event_ids(particles)
        if recipe.constituents:
            with_jets.append(WithJets(ids, events.labels, jets, particles))
        yield Content(kind.features(jets, particles), events.labels, ids)


def _hashes(job: Job) -> tuple[str, ...]:
    """The SHA-256 of each of a chunk's files."""
    files = [job.file, job.constituents] if job.recipe.constituents else [job.file]
    return tuple(bench.file_digest(file) for file in files)
