"""How a run comes to its record: begun in a folder of its own, and sealed whatever its end is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bench.api.errors import BenchError, RefusedError
from bench.guards.inspect import VoidError, trace
from bench.guards.messages import error_text
from bench.plugins.interruption import is_users, raise_if_users
from bench.plugins.options import options_in
from bench.plugins.printed import keep, printed_into
from bench.plugins.under_way import ENDED, RECORDED, ProcessEndedError, at_work, in_folder, not_well
from bench.running.failures import RunFailedError, VoidedRunError, failure_of
from bench.storage.code_digest import code_digest
from bench.storage.fingerprint import digest
from bench.storage.locks import LockLostError, demand_held
from bench.storage.record import PartRecord, RunRecord
from bench.storage.store import without_tracebacks, write_traceback

if TYPE_CHECKING:
    from bench.api.parts import Part
    from bench.running.parts import RunParts
    from bench.storage.request import RunRequest
    from bench.storage.store import Run, Store


@dataclass(frozen=True)
class Recording:
    """A run in its folder, from its beginning to its sealed record."""

    store: Store
    folder: Path
    record: RunRecord
    seconds: Mapping[str, float]
    """Of each stage; they grow while it is at work."""

    @classmethod
    def begin(cls, store: Store, record: RunRecord, seconds: Mapping[str, float]) -> Recording:
        """Claim a folder, and write down there what is begun."""
        folder = store.claim(record.created, record.id)
        store.begin(folder, record)
        in_folder(folder)
        return cls(store, folder, record, seconds)

    def seal(self, **changes: Any) -> Run:
        """Complete the record and seal it: here, and nowhere else.

        Raises:
            LockLostError: another process has taken it over; nothing is recorded.
        """
        try:
            demand_held()
        except LockLostError:
            self.store.withdraw(self.folder)
            raise
        record = replace(self.record, seconds=dict(self.seconds), **changes)
        return self.store.seal(self.folder, record)

    @contextmanager
    def to_its_end(self) -> Iterator[None]:
        """Seal the record of what does not come to a good end; what is printed goes to its folder.

        Raises:
            RefusedError: a part refuses it; nothing is recorded.
            LockLostError: another process has taken it over; nothing is recorded.
            VoidedRunError: a guard voided it; it is recorded.
            RunFailedError: it broke on the way; it is recorded.
            KeyboardInterrupt: the user interrupted it; it is recorded.
        """
        try:
            with printed_into(self.folder):
                yield
        except (RefusedError, LockLostError):
            self.store.withdraw(self.folder)
            raise
        except VoidError as void:
            verdicts = without_tracebacks(self.folder, void.verdicts)
            worthless = self.seal(status="void", error=str(void), verdicts=verdicts)
            raise VoidedRunError(worthless) from None
        except BaseException as error:  # whatever a plugin does is no success
            if is_users(error):
                with suppress(LockLostError):
                    self.seal(status="interrupted", error=str(error) or None)
            raise_if_users(error)
            self.fail(error)

    def fail(self, error: BaseException) -> NoReturn:
        """Seal it as failed.

        Raises:
            RunFailedError: always.
        """
        write_traceback(self.folder, trace(error))
        raise RunFailedError(self.seal(status="failed", error=_why(error))) from error


@contextmanager
def recorded(request: RunRequest, store: Store) -> Iterator[None]:
    """Record a run that a plugin breaks or ends before it is known what it would be in full.

    Raises:
        RunFailedError: it is recorded, with what was asked for.
    """
    what = f"the run {digest(request.said())}"
    if what in RECORDED and (run := store.named(RECORDED[what])):
        not_well(what, run.folder)
        raise failure_of(run)
    try:
        with at_work(what):
            yield
    except RunFailedError as failure:
        not_well(what, failure.run.folder)
        raise
    except BenchError:
        raise
    except BaseException as error:
        raise_if_users(error)
        recording = _begun(store, what) or Recording.begin(store, _asked(request), {})
        not_well(what, recording.folder)
        recording.fail(error)


def _begun(store: Store, what: str) -> Recording | None:
    """What an earlier process has left of the run that ended it, with what it printed."""
    folder = store.root / ENDED[what].folder if what in ENDED else store.root
    if not (record := store.begun(folder)):
        return None
    keep(folder)
    return Recording(store, folder, record, {})


def recorded_part(parts: RunParts, part: Part) -> PartRecord:
    """What is written down of one of a run's parts."""
    entry = parts.entry(part)
    return PartRecord(
        name=part.name,
        options=options_in(part),
        plugin=entry.plugin,
        distribution=entry.distribution,
        version=entry.version,
        code=code_digest(type(part), entry.distribution),
    )


def now() -> str:
    """The time in UTC, as records have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def asked_key(request: RunRequest) -> str:
    """What a run is known by that a plugin breaks before it is known in full."""
    return digest([request.said()])


def _asked(request: RunRequest) -> RunRecord:
    """What is known of a run whose events nobody has seen."""
    return RunRecord(
        id=asked_key(request),
        created=now(),
        status="started",
        plugin=request.plugin,
        dataset=request.dataset,
        seed=request.seed,
        request=request.said(),
    )


def _why(error: BaseException) -> str:
    """Why a run failed, in one line."""
    if isinstance(error, ProcessEndedError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"a plugin's code left by sys.exit ({error_text(error)})"
    return str(error) if isinstance(error, BenchError) else error_text(error)
