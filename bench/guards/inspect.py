"""Lets guards look, and writes down what each one said."""

from __future__ import annotations

import time
import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.api.guard import VOID, WARN, Guard, NotApplicableError
from bench.guards.evidence import Evidence
from bench.guards.messages import error_text
from bench.plugins.interruption import raise_if_users
from bench.storage.machine import as_refused
from bench.storage.parse import read_json
from bench.storage.record import Verdict
from bench.storage.secrets import masked_json

FILE = "verdicts.json"


class VoidError(Exception):
    """A guard found that the run is worth nothing."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        grave = voiding(verdicts)
        message = "; ".join(f"{v.code} {v.guard}: {', '.join(v.findings)}" for v in grave)
        super().__init__(message)
        self.verdicts = list(verdicts)


def inspect(
    guards: Iterable[type[Guard[Any]]],
    evidence: Evidence,
    through: tuple[type[Exception], ...] = (),
) -> list[Verdict]:
    """What each guard says of the evidence; one that breaks has found that it could not look.

    Raises:
        Exception: one of the kinds that are to go `through`.
        MachineError: the machine refuses what the look needs.
    """
    verdicts = []
    for kind in guards:
        guard, started = kind(), time.monotonic()
        verdict = _verdict_of(guard, evidence, through)
        verdicts.append(replace(verdict, seconds=round(time.monotonic() - started, 3)))
    return verdicts


def broken(guard: Guard[Any], evidence: Evidence, error: BaseException) -> Verdict:
    """What a guard says that could not look.

    It has not found the run sound: void as its findings are, where the model depends on what it
    reads, and never less than a warning.
    """
    learns = evidence.model is None or bool(evidence.model.depends_on)
    grave = guard.severity == VOID and learns
    return Verdict(
        code=guard.code,
        guard=guard.name,
        severity=VOID if grave else WARN,
        findings=[f"could not look: {error_text(error)}"],
        remedy=guard.remedy,
        broke=True,
        traceback=trace(error),
    )


def trace(error: BaseException) -> str:
    """Where an error came from, line by line."""
    return "".join(traceback.format_exception(error))


def _verdict_of(
    guard: Guard[Any], evidence: Evidence, through: tuple[type[Exception], ...]
) -> Verdict:
    findings: list[str] = []
    blank = Verdict(code=guard.code, guard=guard.name, severity=guard.gravity(evidence))
    try:
        for finding in guard.check(evidence):
            findings.append(finding)  # one by one: those before an error count, too
    except through:
        raise
    except NotApplicableError as reason:
        if not findings:
            return replace(blank, skipped=str(reason) or "not applicable")
    except BaseException as error:  # code that leaves by `sys.exit` would end all without a word
        raise_if_users(error)
        if refused := as_refused(error):  # a full disk says nothing of the run
            raise refused from error
        verdict = broken(guard, evidence, error)
        return replace(verdict, findings=[*findings, *verdict.findings])
    return replace(blank, findings=findings, remedy=guard.remedy if findings else "")


def let_through(verdicts: Sequence[Verdict], allowed: Collection[str]) -> list[Verdict]:
    """The verdicts, with those marked that were let through on purpose."""
    return [replace(v, allowed=bool(v.findings) and v.code in allowed) for v in verdicts]


def voiding(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those that void a run."""
    return [v for v in verdicts if v.findings and v.severity == VOID and not v.allowed]


def write_verdicts(folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Keep them as a file."""
    import msgspec

    content = masked_json(msgspec.json.encode(verdicts))
    (folder / FILE).write_bytes(msgspec.json.format(content, indent=1))


def read_verdicts(folder: Path) -> list[Verdict]:
    """What `write_verdicts` wrote; nothing where nothing was."""
    file = folder / FILE
    return read_json(file, list[Verdict]) if file.is_file() else []
