"""`report.md` and its figures, written from stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.errors import RequestError
from bench.files import write_bytes, written
from bench.metrics.curve import BACKGROUND_FLOOR
from bench.report.conclusions import conclusions
from bench.report.figures import roc_figure, sic_figure
from bench.report.tables import comparison
from bench.store import Run

FIGURES = {"roc.png": roc_figure, "sic.png": sic_figure}

READING = f"""\
Every figure has its 95 % interval: exact (Clopper-Pearson) for rates of unweighted events, DeLong
for AUC, bootstrap over events for the rest. Rows with the same `events` were scored on the very
same events; others are not to be compared. `twin` is the bench's own simulation, `official` the
published file. SIC is ε_S / √ε_B at the threshold; max SIC its maximum over thresholds that leave
at least {BACKGROUND_FLOOR} background events. An event without a verdict counts as wrong and is
never selected. Accuracy, precision and F1 depend on the sample's class ratio; AUC, SIC and
background rejection do not.
"""


def write_report(runs: Sequence[Run], folder: Path, title: str = "") -> Path:
    """Write the report of these runs into a folder, under a title; gives the page's path.

    Raises:
        RequestError: there is no run.
    """
    if not runs:
        raise RequestError("no runs to report; make one with `bench run`")
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        with written(folder / name) as draft:
            draw(runs, draft)
    pictures = "\n".join(f"![{name.partition('.')[0].upper()}]({name})" for name in FIGURES)
    headline = title or f"Comparison of {len(runs)} runs"
    parts = [f"# {headline}\n", conclusions(runs), "## All figures\n", comparison(runs), READING]
    page = "\n".join(part for part in parts if part) + f"\n{pictures}\n"
    write_bytes(folder / "report.md", page.encode())
    return folder / "report.md"
