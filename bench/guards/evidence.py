"""What guards look at: the events, a rehearsal, the course of the training, the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder, Model
    from bench.api.scores import Scored
    from bench.api.table import Table
    from bench.data.used_events import UsedEvents
    from bench.guards.recorder import Record


class Evidence(Protocol):
    """Anything that a guard looks at."""

    @property
    def model(self) -> Model | None:
        """The model that it is about; None where it is not here."""


@dataclass(frozen=True)
class Before:
    """What is known before anything is fitted."""

    model: Model
    encoders: Sequence[Encoder]
    tables: Mapping[str, Table]
    """By role: `train`, `valid`, `evaluated`."""
    used_events: UsedEvents
    few: Table
    """Some events of the train split, both classes of it."""
    learned: Learned
    """What the encoders learned of those."""
    inputs: Inputs
    """Those events as the model reads them."""
    context: Context


@dataclass(frozen=True)
class Probed:
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


@dataclass(frozen=True)
class Rehearsal:
    """A fit on a few events, done to see whether everything is connected."""

    probed: Probed
    reread: NDArray[np.float64]  # (n,), scores of what was saved, loaded in a fresh process
    again: NDArray[np.float64]  # (n,), of a second fit with the same seed
    flipped: NDArray[np.float64]  # (n,), of a fit on the opposite labels
    train: Inputs
    """The events that were fitted on; their classes alternate."""
    fitted: NDArray[np.float64]  # (n,), scores of those events
    fitted_flipped: NDArray[np.float64]  # (n,), by the fit on the opposite labels
    record: Record | None
    """What was seen of the training; None where the model shows none."""
    record_flipped: Record | None
    """The same of the training on the opposite labels."""
    first_loss: float | None
    """The loss that was logged at the first step, nats."""
    unread: str = ""
    """Why what was saved could not be loaded in a fresh process."""

    @property
    def model(self) -> Model:
        """The model that was fitted."""
        return self.probed.model


@dataclass(frozen=True)
class TrainingEvidence:
    """What was seen while the fit was trained, and of what was saved of it."""

    record: Record | None
    probed: Probed
    """What was loaded again, on some events of the valid split."""
    unsaved: NDArray[np.float64]  # (n,), scores of the fitted model that was not yet saved

    @property
    def model(self) -> Model:
        """The model that was fitted."""
        return self.probed.model


@dataclass(frozen=True)
class Stopped:
    """A fit or a rehearsal that did not come to its end."""

    model: Model
    why: str


@dataclass(frozen=True)
class Lost:
    """What imported scores lack of a sample, and what they have beside it."""

    sample: str
    events: int
    """Of the sample in all."""
    signal: int
    background: int
    """Those that are missing."""
    strange: int
    """Scored events that are not of the sample."""


@dataclass(frozen=True)
class Brought:
    """What the events of imported scores are, among those of their dataset."""

    lost: Lost | None = None
    """What is missing of the sample that they are of, if anything is."""
    unlike: str = ""
    """Why there is no such sample."""
    of_train: int = 0
    """Events of the splits that models are fitted on."""
    fitted_on: str = ""
    """The dataset that models are fitted on for these events, where that is another one."""


@dataclass(frozen=True)
class Judged:
    """The scores of a run."""

    model: Model | None
    """None of imported scores, whose model is not here."""
    control: str
    """What was done to the inputs on purpose; empty for nothing."""
    valid: Scored | None
    """None of imported scores, which lack them."""
    evaluated: Scored
    others: Mapping[str, NDArray[np.float64]]
    """Scores of other settings on the same events in the same order, by run; such as differ from
    these for sure may be left out."""
    brought: Brought | None = None
    """What is known of imported scores; None for a run of the bench's own."""

    @property
    def learns(self) -> bool:
        """Whether the scores are to depend on the inputs, as those of a mere yardstick do not."""
        return self.model is None or bool(self.model.depends_on)
