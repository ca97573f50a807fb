"""B064: efficiencies that differ from those on the events that the fit was chosen by."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import NOTE, Guard, NotApplicableError, ScoreEvidence
from bench.comparison.exact import fisher
from bench.guards.evidence import weak_sample

LEVEL = 1e-3


class Shifted(Guard[ScoreEvidence]):
    """At the same threshold, the efficiencies are others than on the valid split of the fit.

    Within a class they do not know the class ratio, so that this is no prior shift: the events
    are others (domain shift). A threshold or a calibration from the fit does not carry over.
    """

    code, name, severity = "B064", "shifted", NOTE
    remedy = "read the threshold-free figures; choose a threshold on events of that kind"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """Both efficiencies, where they differ by Fisher's exact test."""
        if evidence.valid is None:
            raise NotApplicableError("scores of a valid split are not known")
        evaluated, valid, weak = evidence.evaluated, evidence.valid, weak_sample(evidence)
        if weak and not weak.ratio.endswith(":region"):
            raise NotApplicableError("the valid split is of other events on purpose")
        # of what was fitted without truth the reference alone is a class of its own
        for label, called in ((0, "ε_B"),) if weak else ((1, "ε_S"), (0, "ε_B")):
            counts = []
            for sample in (valid, evaluated):
                passed = sample.score[sample.y == label] >= sample.threshold
                counts.append((int(passed.sum()), int((~passed).sum())))
            if not all(sum(pair) for pair in counts):
                raise NotApplicableError("a sample with one class only")
            if fisher(counts) < LEVEL:
                then, now = (a / (a + b) for a, b in counts)
                yield f"{called} is {now:.3f} here and {then:.3f} on the valid split"
