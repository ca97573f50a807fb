"""B067: imported scores on events of the split that models are fitted on."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Judged
from bench.guards.guard import WARN, Guard, NotApplicableError


class TrainSplit(Guard[Judged]):
    """Imported scores are of events that models are fitted on here.

    Nobody but their author knows which events an imported model was trained on. Those that
    `bench data export` marks train and valid are the ones that it is likely to have seen.
    """

    code, name, severity = "B067", "train-split", WARN
    remedy = "bring the evaluated events alone, or say in `--options` which events were trained on"

    def check(self, evidence: Judged) -> Iterator[str]:
        """How many."""
        if evidence.brought is None:
            raise NotApplicableError("what the model was fitted on is known")
        if evidence.brought.fitted_on:
            told = f"models are fitted on {evidence.brought.fitted_on} for these events"
            raise NotApplicableError(told)
        whole = len(evidence.evaluated.y)
        if some := evidence.brought.of_train:
            yield (
                f"{some} of {whole} events are of the train or valid split; whether the model was "
                "trained on them is not known"
            )
