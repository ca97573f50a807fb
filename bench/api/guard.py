"""What a guard is, and the evidence that one of a plugin may look at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from bench.api.parts import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder, Model
    from bench.api.scores import Scored
    from bench.api.table import Table

VOID, WARN, NOTE = "void", "warn", "note"
"""The run is worth nothing; its figures may mislead; something to know."""

E = TypeVar("E")


class NotApplicableError(Exception):
    """What the guard looks at is not there; it says what."""


@dataclass(frozen=True)
class Guard(Part, Generic[E]):
    """One check, whose docstring says what it looks at and why it matters.

    It looks at one kind of evidence, which stands in its base: `Guard[bench.ScoreEvidence]`.
    """

    code: ClassVar[str]
    """Letters and three digits, never used again for another guard; `B` is the bench's own."""
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


@dataclass(frozen=True)
class InputEvidence:
    """What is known before anything is fitted."""

    model: Model
    encoders: Sequence[Encoder]
    tables: Mapping[str, Table]
    """By role: `train`, `valid`, `evaluated`."""
    used: Mapping[str, NDArray[np.uint64]]
    """Ids of all events that the fit, and fits that it goes on from, used, by what for."""
    few: Table
    """Some events of the train split, both classes of it."""
    learned: Learned
    """What the encoders learned of those."""
    inputs: Inputs
    """Those events as the model reads them."""
    context: Context


@dataclass(frozen=True)
class ProbeEvidence:
    """A fitted model, and how it scores a few events that have been tampered with."""

    model: Model
    inputs: Inputs
    scores: NDArray[np.float64]  # (n,)
    alone: NDArray[np.float64]  # (n,), each event scored by itself
    shuffled: Mapping[str, NDArray[np.float64]]
    """By view, scores with that view shuffled between the events."""
    columns: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """By view and column, `numbers[3]`, with that column shuffled; of models that are trained by
    gradients, and of columns that differ between the events."""
    score: Callable[[Inputs], NDArray[np.float64]] | None = None
    """Scores these events tampered with in some other way: (n,)."""


@dataclass(frozen=True)
class ScoreEvidence:
    """The scores of a run."""

    model: Model | None
    """None of imported scores, whose model is not here."""
    control: str
    """What was done to the inputs on purpose; empty for nothing."""
    valid: Scored | None
    """None of imported scores, which lack them."""
    evaluated: Scored
    others: Mapping[str, NDArray[np.float64]]
    """By run, scores of other settings on these events; those that surely differ may be missing."""

    @property
    def imported(self) -> bool:
        """Whether they are another tool's."""
        return self.model is None

    @property
    def learns(self) -> bool:
        """Whether the scores are to depend on the inputs, as those of a mere yardstick do not."""
        return self.model is None or bool(self.model.depends_on)
