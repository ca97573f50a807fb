"""B067: imported scores on events of the split that models are fitted on."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence
from bench.guards.evidence import ImportedScoreEvidence


class TrainSplit(Guard[ScoreEvidence]):
    """Imported scores are of events that models are fitted on here.

    Nobody but their author knows which events an imported model was trained on. Those that
    `bench data export` marks train and valid are the ones that it is likely to have seen.
    """

    code, name, severity = "B067", "train-split", WARN
    remedy = "bring the evaluated events alone, or say in `--options` which events were trained on"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """How many."""
        if not evidence.imported:
            raise NotApplicableError("what the model was fitted on is known")
        assert isinstance(evidence, ImportedScoreEvidence)
        events, whole = evidence.events, len(evidence.evaluated.y)
        if events.fitted_on:
            raise NotApplicableError(f"models are fitted on {events.fitted_on} for these events")
        if events.of_train:
            yield (
                f"{events.of_train} of {whole} events are of the train or valid split; whether the "
                "model was trained on them is not known"
            )
