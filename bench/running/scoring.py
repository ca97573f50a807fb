"""A run's samples scored by its fit, in pieces that outlast an interruption."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.scores import Scored
from bench.data.encode import controlled, encode
from bench.data.score import score
from bench.data.score_pieces import ScorePieces
from bench.storage.fingerprint import digest

if TYPE_CHECKING:
    from bench.running.fit_cache import Fit
    from bench.running.prepared import PreparedRun


def scored_sample(prepared: PreparedRun, fitted: Fit, role: str) -> Scored:
    """The scores of a sample; those that an interrupted go made are not made again."""
    parts, table, stage = prepared.parts, prepared.samples.tables[role], f"score {role}"
    request = parts.request
    versions = {**fitted.versions, **prepared.fit_request.versions()}
    content = digest([prepared.scores_key, fitted.name, versions, role])
    file = _folder(prepared) / f"{role}-{content[:32]}.npz"
    pieces = ScorePieces(file, prepared.context.notice)
    with prepared.stage(stage):
        inputs = encode(parts.model, parts.encoders, fitted.learned, table)
        inputs = controlled(inputs, request.without, request.permute, request.seed)
        scores = score(fitted.fitted, inputs, f"scoring {role}", prepared.context, pieces)
    prepared.went_on(stage, pieces.earlier)
    return Scored(table.y, scores, table.weights, threshold=0.5, mass=prepared.samples.mass[role])


def forget_pieces(prepared: PreparedRun) -> None:
    """Remove what was kept of scores under way, as the run is done."""
    shutil.rmtree(_folder(prepared), ignore_errors=True)


def _folder(prepared: PreparedRun) -> Path:
    return prepared.home.scratch / f"scores-{prepared.scores_key[:32]}"
