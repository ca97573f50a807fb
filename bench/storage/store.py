"""The records of runs on disk: a folder a run, claimed once, sealed, never changed afterwards."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from bench.api.errors import DamagedError, RequestError
from bench.storage.called import called, saying
from bench.storage.distributions import changes
from bench.storage.files import make_folder, sync, sync_all, write_bytes
from bench.storage.fingerprint import file_digest
from bench.storage.locks import NoLocksError, locked
from bench.storage.machine import BUSY, MachineError, wanted
from bench.storage.record import RunRecord
from bench.storage.record_schema import read_record, sealed_record
from bench.storage.run_files import (
    TRACEBACK,
    copy_history,
    without_tracebacks,
    write_metrics,
    write_traceback,
)
from bench.storage.scores_file import write_scores
from bench.storage.secrets import mask_files, masked_json
from bench.storage.shared_parts import SharedParts
from bench.storage.stored_run import Metrics, Run
from bench.storage.typed import typed

__all__ = [
    "TRACEBACK",
    "Metrics",
    "Run",
    "Store",
    "copy_history",
    "without_tracebacks",
    "write_metrics",
    "write_scores",
    "write_traceback",
]

log = logging.getLogger(__name__)

RECORD = "run.json"
STARTED = "started"
"""The status of a run that is under way, or has ended without a word."""
ELSEWHERE = "name another folder with --runs"
LOCKS = ".locks"
"""Folder of what keeps two processes from making the same run."""
BEGINNING = 12
"""Characters of a run's key that its folder's name ends in."""
CLAIMED = re.compile(rf"-[0-9a-f]{{{BEGINNING}}}(-\d+)?$")


class Store:
    """A folder of runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._left_out: set[str] = set()

    def claim(self, created: str, key: str) -> Path:
        """Make the folder of a new run, `created` in UTC; nobody else gets the same one."""
        stamp = created.replace("-", "").replace(":", "")
        with wanted("to store a run there", self.root, ELSEWHERE):
            make_folder(self.root)
            for again in range(1000):
                name = f"{stamp}-{key[:BEGINNING]}" + (f"-{again}" if again else "")
                try:
                    (self.root / name).mkdir()
                except FileExistsError:
                    continue
                return self.root / name
        raise RequestError(f"{self.root}: no free folder for run {key[:BEGINNING]}")

    @contextmanager
    def alone(self, key: str, notice: Callable[[str], None] = log.info) -> Iterator[None]:
        """Let nobody else make the run of a content key meanwhile; waits for one who does."""
        lock = self.root / LOCKS / f"{key[:32]}.lock"
        message = "another process is making the same run; waiting for it"
        with ExitStack() as stack:
            with wanted("to store runs there", self.root, ELSEWHERE):
                make_folder(self.root)
                lock.parent.mkdir(exist_ok=True)
            try:
                stack.enter_context(locked(lock, notice, message))
            except NoLocksError as error:
                why = getattr(error.__cause__, "strerror", error)
                notice(f"{lock.parent}: no locks here ({why}); do not start the same run twice")
            yield
            # who waits for it finds the run; only where there is none must the file stay the same
            with suppress(OSError):
                lock.unlink()

    def begin(self, folder: Path, record: RunRecord) -> None:
        """Write down what is begun in a claimed folder, for whoever finds it if it never ends.

        Raises:
            MachineError: the machine refuses that; nothing stays of the folder.
        """
        with self._or_withdrawn(folder):
            _write_record(folder, record)

    def begun(self, folder: Path) -> RunRecord | None:
        """What was begun in a folder and is not sealed; None where nothing is known of it."""
        with suppress(OSError, DamagedError):
            record = read_record((folder / RECORD).read_bytes(), folder / RECORD)
            return record if record.status == STARTED else None
        return None

    def withdraw(self, folder: Path) -> None:
        """Take back a claimed folder of a run that is not to be recorded."""
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def claimed(self, created: str, key: str) -> Iterator[Path]:
        """The folder of a new run, as `claim`; gone again if the block does not end well."""
        folder = self.claim(created, key)
        with self._or_withdrawn(folder):
            yield folder

    @contextmanager
    def _or_withdrawn(self, folder: Path) -> Iterator[None]:
        """Take a claimed folder back if the block does not end well."""
        try:
            with wanted("to record the run", folder, ELSEWHERE):
                yield
        except BaseException:
            self.withdraw(folder)
            raise

    def seal(self, folder: Path, record: RunRecord) -> Run:
        """Write the record, with the hashes of the files beside it; the run is then complete.

        Secrets are in none of them, nor in the run that is given.

        Raises:
            MachineError: the machine refuses that; nothing stays of the folder.
        """
        try:
            with wanted("to record the run", folder, ELSEWHERE):
                return self._sealed(folder, record)
        except MachineError:
            self.withdraw(folder)
            raise

    def _sealed(self, folder: Path, record: RunRecord) -> Run:
        mask_files(folder)
        paths = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / RECORD)
        files = {p.relative_to(folder).as_posix(): file_digest(p) for p in paths}
        sync_all(folder)  # the record vouches for what is beside it, after a power cut too
        record = _write_record(folder, replace(record, files=files))
        sync(self.root)
        return Run(folder, record)

    def find(self, key: str) -> Run | None:
        """The newest good run of a key that was made with the versions here, its files verified."""
        # a folder's name ends in the beginning of its key, unless somebody called it otherwise
        names = [n for n in self._names() if key[:BEGINNING] in n or not CLAIMED.search(n)]

        def fits(record: RunRecord) -> bool:
            return record.id == key and not changes(record.versions | record.judged_with)

        return self._newest(names, key, fits)

    def find_scores(self, key: str) -> Run | None:
        """The newest good run with scores of this key and the versions here, its files verified."""

        def fits(record: RunRecord) -> bool:
            return record.scores == key and not changes(record.versions)

        return self._newest(self._names(), key, fits)

    def _newest(
        self, names: Sequence[str], key: str, accepts: Callable[[RunRecord], bool]
    ) -> Run | None:
        for run in self._readable(reversed(names), key):
            if run.record.status == "ok" and accepts(run.record):
                try:
                    run.demand_sound()
                    run.metrics()
                    run.history()  # which goes into a run that reuses the scores
                except DamagedError:
                    continue
                return run
        return None

    def runs(self, saying: str = "") -> Iterator[Run]:
        """Every sealed run, oldest first; of those alone whose record says so, if a hash is given.

        A record that cannot be read is left out, with one line that names it.
        """
        return self._readable(self._names(), saying)

    def named(self, name: str) -> Run | None:
        """The run in the folder of this name, if it can be read."""
        return next(self._readable([name]), None)

    def _names(self) -> list[str]:
        """The names of all folders that may be runs, oldest first."""
        try:
            with os.scandir(self.root) as entries:
                return sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise MachineError.of(error, self.root, "to read the runs there", ELSEWHERE) from error

    def _readable(self, names: Iterable[str], saying: str = "") -> Iterator[Run]:
        for name in names:
            try:
                run = self._read(name, saying)
            except DamagedError as error:
                if name not in self._left_out:
                    self._left_out.add(name)
                    log.warning("%s; it is left out", error)
                continue
            if run:
                yield run

    def _read(self, name: str, saying: str = "") -> Run | None:
        """The run in a folder; None where none was sealed, or its record does not say so.

        Raises:
            DamagedError: the record cannot be read, or is of an unknown form.
        """
        path = self.root / name / RECORD
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in BUSY:
                raise
            raise DamagedError(f"{path} cannot be read: {error.strerror or error}") from error
        # looking for a hash in the bytes costs next to nothing; decoding thousands of records does
        if saying.encode() not in content:
            return None
        record = read_record(content, path)
        return Run(path.parent, record) if record.status != STARTED else None

    def pick(self, names: Sequence[str]) -> list[Run]:
        """The run that each name stands for; all runs if none is named.

        That is the run in the folder of this name, else the newest of the plugin, the import,
        the setting or the title of this name, else the run whose folder's name starts or
        ends so.

        Raises:
            RequestError: a name that fits no run, or several folders.
            DamagedError: a named run whose record cannot be read, or is of an unknown form.
        """
        if not names:
            shared = SharedParts()
            return [replace(run, record=shared.of(run.record)) for run in self.runs()]
        every = self._names()
        return [self._picked(name, every) for name in map(_folder_name, names)]

    def _picked(self, name: str, every: Sequence[str]) -> Run:
        if name and name not in every and (runs := called(self.runs(saying(name)), name)):
            return runs[-1]
        fits = [n for n in every if name and (n.startswith(name) or n.endswith(name))]
        if name in every or len(fits) == 1:
            run = self._read(name if name in every else fits[0])
            if run:
                return run
        if len(fits) == 1 or name in every:
            folder = self.root / (name if name in every else fits[0])
            if self.begun(folder):
                way = typed("bench", "list", "runs", runs=self.root)
                raise RequestError(f"{folder} has no end: under way, or not; `{way}` says which")
        runs = list(self._readable(fits))
        if len(runs) == 1:
            return runs[0]
        newest = next((f"; the newest is {r.name}" for r in self._readable(reversed(every))), "")
        number = f"{len(runs)} runs" if runs else "no run"
        raise RequestError(f"{number} called {name!r} in {self.root}{newest}")


def _write_record(folder: Path, record: RunRecord) -> RunRecord:
    """Write it without secrets, and give it so."""
    import msgspec

    content = msgspec.json.encode(record)
    if (without := masked_json(content)) != content:
        record = msgspec.json.decode(without, type=RunRecord)
    write_bytes(folder / RECORD, sealed_record(record))
    return record


def _folder_name(name: str) -> str:
    return Path(name).name
