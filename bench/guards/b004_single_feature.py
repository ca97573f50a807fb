"""B004: a single feature that gives the label away."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, InputEvidence, NotApplicableError

SEPARATES = 0.998
"""AUC of a single feature above which it is taken for the label in disguise."""
LEAST = 20
"""Events of each class that it takes to say so."""


class SingleFeature(Guard[InputEvidence]):
    """One feature alone separates the classes as good as perfectly.

    No jet feature does that; a label that slipped into the table, or something computed with its
    help, does. The best single feature of the R&D dataset has an AUC of 0.83.
    """

    code, name = "B004", "single-feature"
    remedy = "find out where that feature comes from; take it out if it knows the label"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which feature, and how well it separates."""
        import numpy as np
        from scipy.stats import rankdata

        table = evidence.tables["train"]
        signal = table.y == 1
        n, m = int(signal.sum()), int((~signal).sum())
        if min(n, m) < LEAST:
            raise NotApplicableError(f"{n} signal and {m} background events, wanted {LEAST} each")
        ranks = rankdata(table.x, axis=0)
        auc = (ranks[signal].mean(axis=0) - (n + 1) / 2) / m  # (d,), Mann-Whitney
        for i in np.flatnonzero(np.maximum(auc, 1 - auc) > SEPARATES):
            best = max(auc[i], 1 - auc[i])
            yield f"the feature {table.columns[i].name} alone has an AUC of {best:.4f}"
