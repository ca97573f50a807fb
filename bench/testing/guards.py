"""What a guard has to do: say what is wrong in words, or why it cannot look, and never break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError
from bench.api.guard import (
    NOTE,
    VOID,
    WARN,
    Guard,
    InputEvidence,
    NotApplicableError,
    ProbeEvidence,
    ScoreEvidence,
)
from bench.data.encode import encode, learn
from bench.encoders.numbers import Numbers
from bench.guards.every import evidence_of
from bench.guards.evidence import ImportedScoreEvidence
from bench.guards.probing import balanced_rows
from bench.plugins.registry import CODE
from bench.testing.check import Checked, ask, demand
from bench.testing.encoders import reader
from bench.testing.excerpt import excerpt
from bench.testing.metrics import samples
from bench.testing.surroundings import heavy_when_listed, offline, same_randomness, workplace

if TYPE_CHECKING:
    from bench.api.context import Context

EVENTS = 200


def check_guard(guard: Guard[Any]) -> None:
    """Put every question to a guard.

    Raises:
        Failed: a line for each check that failed.
    """
    demand(checked_guard(guard))


def checked_guard(guard: Guard[Any]) -> list[Checked]:
    """What came of every check of a guard, on evidence from real events."""
    with workplace() as (_, context), offline(), same_randomness():
        return ask(f"guard {guard.name}", CHECKS, _Subject(guard, context))


@dataclass(frozen=True)
class _Subject:
    guard: Guard[Any]
    context: Context

    def evidence(self) -> Iterator[tuple[str, Any]]:
        """Evidence of the kind that it looks at, with what it is of.

        Raises:
            RequestError: it is of a kind that only the bench's own guards look at.
        """
        kind, model = evidence_of(type(self.guard)), reader(frozenset({"numbers"}))
        if kind is ScoreEvidence:
            for name, scored in samples().items():
                yield name, ScoreEvidence(model, "", scored, scored, {})
                yield f"{name}, imported", ImportedScoreEvidence(None, "", None, scored, {})
            return
        table = excerpt()
        few = table.take(balanced_rows(table.y, EVENTS))
        learned = learn([Numbers()], few)
        inputs = encode(model, [Numbers()], learned, few)
        if kind is InputEvidence:
            tables = {"train": few, "valid": few, "evaluated": few}
            yield (
                "real events",
                InputEvidence(model, [Numbers()], tables, {}, few, learned, inputs, self.context),
            )
        elif kind is ProbeEvidence:
            scores = few.y.astype(float)
            yield "real events", ProbeEvidence(model, inputs, scores, scores, {"numbers": scores})
        else:
            raise RequestError(f"{kind.__name__} is for the bench's own guards")


def _code(subject: _Subject) -> None:
    """Its code is letters and three digits, such as ABC001."""
    assert CODE.fullmatch(subject.guard.code), subject.guard.code


def _described(subject: _Subject) -> None:
    """It says how grave a finding is, what it looks at and why, and what to do."""
    guard = subject.guard
    assert guard.severity in (VOID, WARN, NOTE), f"severity {guard.severity!r}"
    assert (type(guard).__doc__ or "").strip(), "no docstring"
    assert guard.remedy.strip(), "no remedy"


def _looks(subject: _Subject) -> None:
    """It finds lines of text, or says why it cannot look, and never breaks."""
    for name, evidence in subject.evidence():
        try:
            lines = list(subject.guard.check(evidence))
        except NotApplicableError as reason:
            lines = [str(reason)]  # no reason is no line
        assert all(isinstance(line, str) and line for line in lines), f"{name}: {lines!r}"


def _same(subject: _Subject) -> None:
    """It finds the same in the same evidence."""
    for _, evidence in subject.evidence():
        try:
            assert list(subject.guard.check(evidence)) == list(subject.guard.check(evidence))
        except NotApplicableError:
            continue


def _listing(subject: _Subject) -> None:
    """It imports nothing heavy when plugins are listed."""
    heavy = heavy_when_listed(type(subject.guard))
    assert not heavy, f"importing it brings in {', '.join(heavy)}; import them where they are used"


CHECKS = (_code, _described, _looks, _same, _listing)
