"""Lets guards look, and writes down what each one said."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from bench.guards.guard import VOID, WARN, Guard, NotApplicableError
from bench.record import Verdict


def inspect(guards: Iterable[type[Guard[Any]]], evidence: Any) -> list[Verdict]:
    """What each guard says of the evidence; one that breaks is a warning that says how."""
    verdicts = []
    for kind in guards:
        guard, started = kind(), time.monotonic()
        said = Verdict(code=guard.code, guard=guard.name, severity=guard.severity)
        try:
            said = replace(said, findings=list(guard.look(evidence)))
        except NotApplicableError as reason:
            said = replace(said, skipped=str(reason))
        except Exception as error:
            told = f"the guard broke: {type(error).__name__}: {error}"
            said = replace(said, severity=WARN, findings=[told])
        verdicts.append(replace(said, seconds=round(time.monotonic() - started, 3)))
    return verdicts


def let_through(verdicts: Sequence[Verdict], allowed: Collection[str]) -> list[Verdict]:
    """The verdicts, with those marked that were let through on purpose."""
    return [replace(v, allowed=bool(v.findings) and v.code in allowed) for v in verdicts]


def voiding(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those that void a run."""
    return [v for v in verdicts if v.findings and v.severity == VOID and not v.allowed]
