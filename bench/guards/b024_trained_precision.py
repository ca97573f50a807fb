"""B024: parameters that are trained in less than 32 bits."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import shown
from bench.guards.wording import named


class TrainedPrecision(Guard[SmokeFitEvidence]):
    """What is trained is kept in float32.

    Of weights in bfloat16 at a learning rate of 3e-5, 88 % are unchanged after 50 steps: the
    update is less than half of a weight's last digit.
    """

    code, name = "B024", "trained-precision"
    remedy = "keep trained weights in float32; only the arithmetic may have fewer bits"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """What is kept in what."""
        dtypes = shown(evidence.record).dtypes
        if short := sorted(n for n, kind in dtypes.items() if kind not in ("float32", "float64")):
            kinds = ", ".join(sorted({dtypes[name] for name in short}))
            yield f"trained in {kinds}: {named(short)}"
