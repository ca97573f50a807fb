"""What guards look at: the events, a smoke fit, the training, the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bench.api.guard import ProbeEvidence, ScoreEvidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Inputs
    from bench.api.parts import Model
    from bench.guards.recorder import Record
    from bench.storage.record import SampleRecord


class Evidence(Protocol):
    """Anything that a guard looks at."""

    @property
    def model(self) -> Model | None:
        """The model that it is about; None where it is not here."""


@dataclass(frozen=True)
class SmokeFitEvidence:
    """A fit on a few events, done to see whether everything is connected."""

    probed: ProbeEvidence
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
    encoded_otherwise: Sequence[str] = ()
    """Views that encoders give otherwise in a fresh process, of events that they learned from."""

    @property
    def model(self) -> Model:
        """The model that was fitted."""
        return self.probed.model


@dataclass(frozen=True)
class TrainingEvidence:
    """What was seen while the fit was trained, and of what was saved of it."""

    record: Record | None
    probed: ProbeEvidence
    """What was loaded again, on some events of the valid split."""
    unsaved: NDArray[np.float64]  # (n,), scores of the fitted model that was not yet saved

    @property
    def model(self) -> Model:
        """The model that was fitted."""
        return self.probed.model


@dataclass(frozen=True)
class StoppedEvidence:
    """A fit or a smoke fit that did not come to its end."""

    model: Model
    why: str


@dataclass(frozen=True)
class RunScoreEvidence(ScoreEvidence):
    """The scores of a run of the bench's own."""

    fitted_by: SampleRecord | None = None
    """The sample that the fit was chosen by."""


def weak_sample(evidence: ScoreEvidence) -> SampleRecord | None:
    """The sample that a fit without truth was chosen by; None where its labels are true."""
    if not isinstance(evidence, RunScoreEvidence | ImportedScoreEvidence):
        return None
    one = evidence.fitted_by
    return one if one and one.data else None


@dataclass(frozen=True)
class MissingEvents:
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
class ImportedSample:
    """What the events of imported scores are, among those of their dataset."""

    missing: MissingEvents | None = None
    """What is missing of the sample that they are of, if anything is."""
    unlike: str = ""
    """Why there is no such sample."""
    of_train: int = 0
    """Events of the splits that models are fitted on."""
    fitted_on: str = ""
    """The dataset that models are fitted on for these events, where that is another one."""


@dataclass(frozen=True)
class ImportedScoreEvidence(ScoreEvidence):
    """Imported scores, and what their events are."""

    events: ImportedSample = ImportedSample()
    fitted_by: SampleRecord | None = None
    """The sample that the fit was chosen by, where it is known."""
