"""B069: what a fit of data against a reference shows on its valid split."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import NOTE, WARN, Guard, NotApplicableError, ScoreEvidence
from bench.guards.b061_inverted import auc_of
from bench.guards.evidence import weak_sample

DEVIATIONS = 5.0
"""By how many standard deviations the AUC has to be too good. The fit has chosen its best look by
the very events, out of many: noise alone was seen 2.6 of them above one half."""
IN_HALF = 1.96
"""Standard deviations in half of a 95 % interval."""


class WeakLabels(Guard[ScoreEvidence]):
    """Data differ from their reference by no more than the signal in them can make.

    A fit without truth (`--labels data`) tells data from a reference. Of data with a share f of
    signal the best classifier there is has an AUC of (1 + f) / 2 on such labels. Above that,
    beyond doubt, something else tells them apart: a feature that goes with the region's column,
    as momenta do with a mass, is what sidebands are told by, and hides the signal. An AUC that
    cannot be told from chance is no fault, since there may be no signal, and is said as a note.
    """

    code, name, severity = "B069", "weak-labels", WARN
    remedy = (
        "where data and reference differ by more than signal, read fewer features (`--set "
        "only=NAME,NAME`), or fit against the region; where it is chance, inject more"
    )

    def gravity(self, evidence: ScoreEvidence) -> str:
        """A warning where they differ by too much; chance is a note."""
        if weak_sample(evidence) is None:
            return WARN
        try:
            return WARN if _too_good(auc_of(evidence), _most(evidence)) else NOTE
        except NotApplicableError:
            return WARN

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """The AUC, where it is too good or chance."""
        weak = weak_sample(evidence)
        if weak is None:
            raise NotApplicableError("the fit was by the truth")
        low, value, high = auc_of(evidence)
        most = _most(evidence)
        auc = f"AUC {value:.3f} [{low:.3f}, {high:.3f}] of data against their reference"
        signal = f"{weak.injected} signal events among {weak.data} data make {most:.3f} at most"
        if _too_good((low, value, high), most):
            yield f"{auc} on the valid split; {signal}: something else tells them apart"
        elif low <= 0.5:
            yield f"{auc} on the valid split: chance, as is to be expected; {signal}"


def _too_good(auc: tuple[float, float, float], most: float) -> bool:
    """Whether an AUC, with its interval, is above what is possible beyond doubt."""
    low, value, _ = auc
    return value - most > DEVIATIONS * (value - low) / IN_HALF


def _most(evidence: ScoreEvidence) -> float:
    """The highest AUC that the injected signal can make."""
    weak = weak_sample(evidence)
    return (1 + weak.injected / weak.data) / 2 if weak else 1.0
