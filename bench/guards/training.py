"""What guards say of a fit; what was seen of its training is kept, so that they can look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import NotFiniteError
from bench.api.guard import Guard, ProbeEvidence
from bench.guards.every import of_evidence
from bench.guards.evidence import StoppedEvidence, TrainingEvidence
from bench.guards.inspect import broken, inspect
from bench.guards.messages import error_text
from bench.guards.probing import EVENTS, balanced_rows, probe
from bench.guards.recorder import Record
from bench.plugins.interruption import raise_if_users

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted, Model
    from bench.storage.record import Verdict

FILE = "training.npz"


@dataclass(frozen=True)
class Seen:
    """What only the process that trained can see; the rest can be had of what was saved."""

    record: Record | None
    """None where the model shows no training."""
    unsaved: NDArray[np.float64]  # (n,), scores of the fitted model that was not yet saved

    @classmethod
    def of(cls, fitted: Fitted, record: Record | None, some: Inputs) -> Seen:
        """What is seen of a fit that has just been made, with its scores of some events."""
        from bench.data.real_scores import scores_of_events
        from bench.data.score import unlabelled

        return cls(record, scores_of_events(fitted.score(unlabelled(some)), len(some)))

    def write(self, folder: Path) -> None:
        """Keep the scores, and of the record what guards of a training look at."""
        import numpy as np

        shown = self.record or _empty()
        np.savez(
            folder / FILE,
            allow_pickle=False,
            unsaved=self.unsaved,
            shown=np.array(self.record is not None),
            updates=np.array(shown.updates, dtype=np.float64),
            gaps=np.array(shown.gaps, dtype=np.float64),
            steps=np.array([step for step, _ in shown.looks], dtype=np.int64),
            looks=np.array([scores for _, scores in shown.looks], dtype=np.float64),
        )

    @classmethod
    def read(cls, folder: Path) -> Seen:
        """What `write` kept."""
        import numpy as np

        with np.load(folder / FILE, allow_pickle=False) as arrays:
            record = _empty()
            record.updates, record.gaps = arrays["updates"].tolist(), arrays["gaps"].tolist()
            record.looks = list(zip(arrays["steps"].tolist(), arrays["looks"], strict=True))
            return cls(record if arrays["shown"] else None, arrays["unsaved"])


def rows_to_check(y: NDArray[np.int8]) -> NDArray[np.intp]:
    """Rows of the events of the valid split that guards of a fit look at."""
    return balanced_rows(y, 2 * EVENTS)


def of_fits(guards: Iterable[type[Guard[Any]]]) -> list[type[Guard[Any]]]:
    """Those that look at a fit: at what was saved of it, and at its training."""
    every = tuple(guards)
    kinds = (ProbeEvidence, TrainingEvidence)
    return [guard for kind in kinds for guard in of_evidence(every, kind)]


def check_fit(
    guards: Sequence[type[Guard[Any]]], model: Model, saved: Fitted, seen: Seen, some: Inputs
) -> list[Verdict]:
    """What guards say of a fit, of its training, and of what was saved of it.

    Args:
        guards: all that there are.
        model: that was fitted.
        saved: what was saved of the fit, loaded.
        seen: what was seen of the training.
        some: the events that `rows_to_check` names.
    """
    try:
        probed = probe(model, saved, some, columns=False)  # those were asked for at the smoke fit
    except BaseException as error:
        raise_if_users(error)
        stopped = StoppedEvidence(model, error_text(error))
        return [broken(guard(), stopped, error) for guard in of_fits(guards)]
    evidence = TrainingEvidence(record=seen.record, probed=probed, unsaved=seen.unsaved)
    return [
        *inspect(of_evidence(guards, ProbeEvidence), probed),
        *inspect(of_evidence(guards, TrainingEvidence), evidence),
    ]


def _empty() -> Record:
    return Record(trainable=[], missing=[], optimized={}, dtypes={})


def stopping_log(
    log: Callable[[int, Mapping[str, float]], None],
) -> Callable[[int, Mapping[str, float]], None]:
    """A log that stops a training whose loss is no longer finite, with NotFiniteError."""

    def checked(step: int, scalars: Mapping[str, float]) -> None:
        log(step, scalars)
        for name, value in scalars.items():
            if "loss" in name and not isfinite(value):
                raise NotFiniteError(f"{name} is {value} at step {step}")

    return checked
