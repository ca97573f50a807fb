"""What a guard is: a code, how grave its finding is, and a look at some evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

VOID, WARN, NOTE = "void", "warn", "note"
"""The run is worth nothing; its figures may mislead; something to know."""

E = TypeVar("E")


class NotApplicableError(Exception):
    """What the guard looks at is not there; it says what."""


@dataclass(frozen=True)
class Guard(ABC, Generic[E]):
    """One check, whose docstring says what it looks at and why it matters."""

    code: ClassVar[str]
    """`B001` and so on; never used again for another guard."""
    name: ClassVar[str]
    severity: ClassVar[str] = VOID
    """`void`, `warn` or `note`."""
    remedy: ClassVar[str]
    """What to do about a finding, in one sentence."""

    def gravity(self, evidence: E) -> str:
        """How grave a finding in this evidence is."""
        return self.severity

    @abstractmethod
    def check(self, evidence: E) -> Iterator[str]:
        """What is wrong, a line each; nothing where all is well.

        Raises:
            NotApplicableError: what it looks at is not there.
        """
