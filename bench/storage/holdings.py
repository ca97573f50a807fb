"""What the bench keeps on disk, by kind: how large it is, when it was used, and what has no use."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.api.errors import BenchError
from bench.storage.distributions import changes_since
from bench.storage.home import Home
from bench.storage.store import BEGINNING, LOCKS, RECORD, Store

log = logging.getLogger(__name__)

KINDS = {
    "twins": "simulated datasets",
    "data": "published files and imported datasets",
    "tables": "features of datasets' events",
    "fits": "fitted models, which runs are exported from and go on from",
    "interrupted": "what a training that was cut short goes on from",
    "smoke-fits": "what guards said of fits on few events",
    "states": "what frozen blocks of language models make of events",
    "scratch": "what other work left that was cut short",
    "failed": "records of runs that failed, were void or were interrupted",
    "unsealed": "folders of runs that were killed",
    "runs": "records of good runs",
    "other": "what plugins keep, such as the base of a language model",
}
"""Every kind, and what it is."""
STAY = {
    "data": "nothing here makes it again: remove it by hand",
    "runs": "these are results: remove a folder by hand",
    "other": "it is a plugin's own: remove it by hand",
}
"""Kinds that are never removed, and why."""
STATES = "frozen-states"
"""The folder of states in scratch."""
STATES_LOCKS = f".{STATES}"
"""The folder beside it of what keeps two processes from making the same."""
TWIN = ".twin."
"""In the names of simulated files."""
OLD_SMOKE_FITS = "rehearsals"
"""What the folder of smoke fits was called."""
DAY, MOMENT = 86400.0, 600.0
"""An entry of the caches is read a moment after it is looked up; other files may be read for long,
and systems note that they are but once a day."""
CLAIMED = re.compile(rf"\d{{8}}T\d{{6}}Z-([0-9a-f]{{{BEGINNING}}})(-\d+)?")
"""The name of a run's folder."""
KEY = re.compile(r"\.?([0-9a-f]{16,})")


@dataclass(frozen=True)
class Holding:
    """A file or a folder that can be kept or removed as a whole."""

    kind: str
    path: Path
    size: int
    """Bytes."""
    used: float
    """When it was made or last used, as far as is known; seconds since 1970."""
    lock: Path | None = None
    """Held by whoever makes or replaces it; None where there is none."""
    rest: float = DAY
    """Seconds after its last use in which a process may be at work with it, without the lock."""
    unused: str = ""
    """Why nothing here will use it again; empty where something may."""

    def days(self, now: float | None = None) -> float:
        """How long ago it was used."""
        return max(0.0, (time.time() if now is None else now) - self.used) / 86400


def holdings(home: Home, store: Store) -> list[Holding]:
    """All that there is, in the order of the kinds."""
    held = [*_data(home), *_cached(home), *_scratch(home), *_runs(store), *_other(home)]
    return sorted(held, key=lambda one: (list(KINDS).index(one.kind), one.path.name))


def _data(home: Home) -> Iterator[Holding]:
    for path in _inside(home.data):
        if not path.name.startswith("."):
            kind = "twins" if TWIN in path.name else "data"
            one = _holding(kind, path, path.with_name(f".{path.name}.lock"))
            yield replace(one, used=max(one.used, path.lstat().st_atime))


def _cached(home: Home) -> Iterator[Holding]:
    for kind, root in (
        ("tables", home.tables),
        ("fits", home.fits),
        ("smoke-fits", home.smoke_fits),
        ("smoke-fits", home.root / OLD_SMOKE_FITS),
    ):
        for path in _inside(root):
            key = KEY.match(path.name)
            if not key or path.suffix == ".lock":
                continue
            one = replace(_holding(kind, path, root / f"{key[1]}.lock"), rest=MOMENT)
            if path.name.startswith("."):
                unused = "a draft of a process that has ended"
                yield replace(one, kind="interrupted", unused=unused)
            elif path.suffix == ".checkpoints":
                yield replace(one, kind="interrupted")
            else:
                yield replace(one, unused=_outdated(kind, root, path))


def _outdated(kind: str, root: Path, path: Path) -> str:
    """Why nothing reuses what was computed; of fits the runs say that."""
    if root.name == OLD_SMOKE_FITS:
        return "of an earlier bench"
    if kind == "fits":
        return ""
    try:
        changed = changes_since(path)
    except (OSError, ValueError, BenchError):
        return "of an earlier bench"
    return changed[0] if changed else ""


def _scratch(home: Home) -> Iterator[Holding]:
    for path in _inside(home.scratch):
        if path.name == STATES:
            for one in _inside(path):
                yield _holding("states", one, home.scratch / STATES_LOCKS / f"{one.name}.lock")
        elif path.name != STATES_LOCKS:
            yield replace(_holding("scratch", path), unused="left by work that was cut short")


def unsealed(store: Store, sealed: Collection[str] | None = None) -> Iterator[Holding]:
    """The folders of runs that are under way, or ended without a word.

    Args:
        store: where they are.
        sealed: the names of the other ones, if they are known; looked up else.
    """
    sealed = {run.name for run in store.runs()} if sealed is None else sealed
    locks = _inside(store.root / LOCKS)
    for path in _inside(store.root):
        claimed = None if path.name in sealed else CLAIMED.fullmatch(path.name)
        if claimed and (not (path / RECORD).exists() or store.begun(path)):
            # the key of a run in work is in its lock's name, and its beginning in the folder's
            lock = next((one for one in locks if one.name.startswith(claimed[1])), None)
            one = replace(_holding("unsealed", path, lock), unused="ended without a word")
            yield replace(one, rest=0.0) if lock else one


def _runs(store: Store) -> Iterator[Holding]:
    sealed = {run.name: run.record.status for run in store.runs()}
    for name, status in sealed.items():
        yield _holding("runs" if status == "ok" else "failed", store.root / name)
    yield from unsealed(store, sealed)


def _other(home: Home) -> Iterator[Holding]:
    rooms = (home.data, home.tables, home.fits, home.smoke_fits, home.scratch)
    known = {OLD_SMOKE_FITS, *(room.name for room in rooms)}
    return (_holding("other", path) for path in _inside(home.root) if path.name not in known)


def with_runs(held: Iterable[Holding], store: Store) -> list[Holding]:
    """The holdings, the fits that no run of the store is of being unused."""
    fits = {run.record.fit for run in store.runs()}
    why = f"of no run in {store.root}"
    return [
        replace(one, unused=why) if one.kind == "fits" and one.path.name not in fits else one
        for one in held
    ]


def _holding(kind: str, path: Path, lock: Path | None = None) -> Holding:
    size, used = 0, path.lstat().st_mtime
    for file in [path, *(path.rglob("*") if path.is_dir() and not path.is_symlink() else ())]:
        with suppress(FileNotFoundError):  # somebody works in it
            about = file.lstat()
            size += about.st_size if not file.is_dir() else 0
            used = max(used, about.st_mtime)
    return Holding(kind, path, size, used, lock)


def _inside(folder: Path) -> list[Path]:
    """What is in a folder; nothing if it is not there, or, which is said, cannot be read."""
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        log.warning("%s cannot be read: %s; it is left out", folder, error.strerror or error)
        return []
