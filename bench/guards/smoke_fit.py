"""The smoke fit: the whole way on a few events, before hours are spent on many."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.context import no_progress
from bench.data.real_scores import scores_of_events
from bench.data.score import unlabelled
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.fresh_process import Encoding, NotRereadError, reread
from bench.guards.probing import EVENTS, balanced_rows, probe
from bench.guards.recorder import Recorder
from bench.storage.machine import as_refused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted, Model
    from bench.guards.recorder import Record

TRAIN_EVENTS = 96
LOSSES = ("answer_loss", "loss")
"""What a model may log its loss as; the first one is of the two answers alone."""


def smoke_fit(
    model: Model,
    inputs: Inputs,
    probed: Inputs,
    context: Context,
    encoding: Encoding | None = None,
) -> SmokeFitEvidence:
    """Fit, save, load and score, with the same seed again and with the opposite labels.

    Args:
        model: with the options of the run.
        inputs: events of the train split.
        probed: events of the valid split, which are scored.
        context: of the run.
        encoding: what a fresh process shall encode too.

    Raises:
        MachineError: the machine refuses what the way needs, which says nothing of the model.
    """
    try:
        return _whole_way(model, inputs, probed, context, encoding)
    except Exception as error:
        if refused := as_refused(error, context.scratch):
            raise refused from error
        raise


def _whole_way(
    model: Model, inputs: Inputs, probed: Inputs, context: Context, encoding: Encoding | None
) -> SmokeFitEvidence:
    import numpy as np

    train = inputs.take(_alternating(inputs.y, balanced_rows(inputs.y, TRAIN_EVENTS)))
    read = {name: view for name, view in train.views.items() if name not in model.target_views}
    scored = replace(train, views=read)
    valid = probed.take(balanced_rows(probed.y, EVENTS))
    context.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=context.scratch, prefix="smoke fit-") as folder:
        stage = _Stage(model, valid, context, Path(folder))
        first = stage.fit(train)
        where = stage.folder("saved")
        first.fitted.save(where)
        opposite = stage.fit(replace(train, y=(1 - train.y).astype(np.int8)))
        return SmokeFitEvidence(
            probed=probe(model, first.fitted, valid, columns=first.record is not None),
            **stage.reread(where, encoding),
            again=stage.scores(stage.fit(train).fitted, valid),
            flipped=stage.scores(opposite.fitted, valid),
            train=scored,
            fitted=stage.scores(first.fitted, scored),
            fitted_flipped=stage.scores(opposite.fitted, scored),
            record=first.record,
            record_flipped=opposite.record,
            first_loss=_first(first.logged),
        )


def _alternating(y: NDArray[np.int8], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rows with signal and background in turns, as far as there are both."""
    import numpy as np

    turns = np.empty(len(rows))
    for label in (0, 1):
        mine = y[rows] == label
        turns[mine] = 2 * np.arange(mine.sum()) + label
    return rows[np.argsort(turns, kind="stable")]


@dataclass
class _Done:
    fitted: Fitted
    record: Record | None
    logged: list[Mapping[str, float]]


@dataclass
class _Stage:
    model: Model
    probe: Inputs
    context: Context
    root: Path
    fits: int = field(default=0)

    def fit(self, train: Inputs) -> _Done:
        """A fit of its own, from nothing."""
        self.fits += 1
        recorder = Recorder(self.probe)
        logged: list[Mapping[str, float]] = []
        context = replace(
            self.context,
            checkpoints=self.folder(f"checkpoints-{self.fits}"),
            progress=no_progress,
            notice=lambda _: None,
            log=lambda _, scalars: logged.append(scalars),
            watch=recorder,
        )
        fitted = self.model.fit(train, self.probe, context)
        return _Done(fitted, recorder.record, logged)

    def reread(self, saved: Path, encoding: Encoding | None) -> dict[str, Any]:
        """Scores of what was saved, by a fresh process; or why it has none."""
        import numpy as np

        context = replace(self.context, scratch=self.folder("fresh"))
        try:
            scores, views = reread(self.model, saved, self.probe, context, encoding)
            return {"reread": scores, "encoded_otherwise": views}
        except NotRereadError as error:
            return {"reread": np.full(len(self.probe), np.nan), "unread": str(error)}

    def folder(self, name: str) -> Path:
        """An empty folder."""
        made = self.root / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        return made

    def scores(self, fitted: Fitted, inputs: Inputs) -> NDArray[np.float64]:
        return scores_of_events(fitted.score(unlabelled(inputs)), len(inputs))


def _first(logged: Sequence[Mapping[str, float]]) -> float | None:
    for name in LOSSES:
        for scalars in logged:
            if name in scalars:
                return float(scalars[name])
    return None
