"""B009: numbers that a model reads and that are no numbers."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, InputEvidence


class EncodedFinite(Guard[InputEvidence]):
    """An encoder gives NaN or infinity, or a text that is empty.

    A model may turn NaN into a score without a word: trees send it down a branch, others fill in
    a zero.
    """

    code, name = "B009", "encoded-finite"
    remedy = "mend the encoder; the features that it is given are all finite"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which view, in how many events."""
        import numpy as np

        for name, view in evidence.inputs.views.items():
            if isinstance(view, np.ndarray) and view.dtype.kind == "f":
                bad = int((~np.isfinite(view.reshape(len(view), -1))).any(axis=1).sum())
            else:
                bad = sum(1 for entry in view if isinstance(entry, str) and not entry.strip())
            if bad:
                yield f"{name} of {bad} in {len(view)} events is empty or not finite"
