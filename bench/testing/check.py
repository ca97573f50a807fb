"""One check and what came of it, and the list of all that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.api.guard import NOTE
from bench.guards.messages import error_text
from bench.plugins.interruption import raise_if_users
from bench.storage.record import Verdict

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
S = TypeVar("S")


class SkippedError(Exception):
    """The check asks for what the part does not claim; it says what."""


class Failed(AssertionError):  # noqa: N818 - a test that fails, and not an error to be caught
    """A part does not do what it has to; lists every check that failed."""


@dataclass(frozen=True)
class Checked:
    """What came of one check."""

    part: str
    """Kind and name: `model gbt`."""
    requirement: str
    """What the part has to do."""
    outcome: str
    """`passed`, `failed` or `skipped`."""
    why: str = ""


def ask(part: str, checks: Iterable[Callable[[S], None]], subject: S) -> list[Checked]:
    """Put every check to a subject; what a check has to say is its docstring's first line."""
    checked = []
    for check in checks:
        requirement = (check.__doc__ or check.__name__).strip().partition("\n")[0].rstrip(".")
        try:
            check(subject)
        except SkippedError as reason:
            checked.append(Checked(part, requirement, SKIPPED, str(reason)))
        except AssertionError as failure:
            checked.append(Checked(part, requirement, FAILED, str(failure)))
        except BaseException as error:
            raise_if_users(error)
            checked.append(Checked(part, requirement, FAILED, " ".join(error_text(error).split())))
        else:
            checked.append(Checked(part, requirement, PASSED))
    return checked


def of_guards(part: str, verdicts: Sequence[Verdict]) -> list[Checked]:
    """What guards said, as checks: a note is told and fails nobody."""
    checked = []
    for verdict in verdicts:
        requirement = f"guard {verdict.code} {verdict.guard}"
        if verdict.findings:
            outcome = PASSED if verdict.severity == NOTE else FAILED
            checked.append(Checked(part, requirement, outcome, "; ".join(verdict.findings)))
        elif verdict.skipped:
            checked.append(Checked(part, requirement, SKIPPED, verdict.skipped))
        else:
            checked.append(Checked(part, requirement, PASSED))
    return checked


def demand(checked: Sequence[Checked]) -> None:
    """Raise what failed, if anything.

    Raises:
        Failed: a line for each check that failed.
    """
    lines = [f"{c.part}: {c.requirement}: {c.why}" for c in checked if c.outcome == FAILED]
    if lines:
        raise Failed("\n".join(lines))
