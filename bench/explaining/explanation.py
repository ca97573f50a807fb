"""What a model says of an event beside its answer, and what of that can be held against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from bench.api.inputs import Inputs
    from bench.api.table import Column


@dataclass(frozen=True)
class Claim:
    """One thing that an explanation says of an event, as it was read out of the text."""

    column: str
    """The feature that it names."""
    quoted: str
    """The number as the text has it, such as `3.41`."""
    unit: str
    """The unit behind the number, such as `TeV`; empty for none."""
    high: bool
    """Whether it calls the value high; else low. Both are against the background's median."""
    side: str = ""
    """What it says that this speaks for, `signal` or `background`; empty where it does not say."""


@dataclass(frozen=True)
class Explanation:
    """What a model generated for an event: its answer, then why."""

    answer: str
    """`signal` or `background`, generated before the text; empty for anything else."""
    text: str
    """As it was generated, whatever it is."""
    claims: tuple[Claim, ...]
    """Read back out of the text, and from nothing else."""
    unread: str = ""
    """Those pieces of the text that could not be read."""

    @property
    def side(self) -> str:
        """What it mainly argues for: the side of its first claim that has one; empty for none."""
        return next((claim.side for claim in self.claims if claim.side), "")


@runtime_checkable
class Explains(Protocol):
    """A fitted model that can also say why."""

    def explain(
        self,
        inputs: Inputs,
        columns: Sequence[Column],
        seed: int | None,
        *,
        freely: bool = False,
    ) -> Sequence[Explanation]:
        """The explanation of each event, in order.

        Args:
            inputs: as they are scored.
            columns: the features that claims may be about.
            seed: of what is drawn on the way; None for the likeliest word each time.
            freely: let it write any number; else it may be held to those that it was shown.

        Raises:
            RequestError: it was not fitted to explain.
        """
