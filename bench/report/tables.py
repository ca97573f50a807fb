"""The comparison table of many runs, and the block of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.errors import DamagedError
from bench.report.cells import DASH, escaped, figure, interval, number
from bench.store import Metrics, Run

COLUMNS: dict[str, str] = {
    "auc": "AUC",
    "max_sic": "max SIC",
    "sic": "SIC",
    "rejection_0.3": "1/ε_B at ε_S 0.3",
    "rejection_0.5": "1/ε_B at ε_S 0.5",
    "accuracy": "accuracy",
    "precision_signal": "precision signal",
    "f1_signal": "F1 signal",
    "precision_background": "precision background",
    "f1_background": "F1 background",
}
"""Estimates that have a column, with its heading."""

FEW_SIGNAL = 30


@dataclass
class Notes:
    """Footnotes, each given once however often it is referred to."""

    lines: list[str] = field(default_factory=list)

    def mark(self, text: str) -> str:
        """The footnote mark of a text."""
        if not text:
            return ""
        if text not in self.lines:
            self.lines.append(text)
        return f" ({self.lines.index(text) + 1})"

    def markdown(self) -> str:
        """All footnotes, a line each."""
        return "\n".join(f"({i}) {escaped(line)}  " for i, line in enumerate(self.lines, 1))


def comparison(runs: Sequence[Run]) -> str:
    """One markdown table of all runs, with footnotes; a failed run keeps its row."""
    from tabulate import tabulate

    notes = Notes()
    rows = [_row(run, notes) for run in sorted(runs, key=_place)]
    headings = [
        *("date", "dataset", "sample", "events", "model", "options", "fitted on"),
        *("seed", "texts", "numbers"),
        *COLUMNS.values(),
        *("correct signal", "correct background", "no verdict"),
    ]
    table = tabulate(rows, headings, tablefmt="pipe", disable_numparse=True)
    return f"{table}\n\n{notes.markdown()}".rstrip() + "\n"


def run_block(run: Run) -> str:
    """What `bench run` prints: every figure of one run, a row each."""
    from tabulate import tabulate

    record, metrics = run.record, run.metrics()
    known = [name for name in COLUMNS if name in metrics.estimates]
    rows = [
        [COLUMNS.get(name, name.replace("_", " ")), number(e.value), interval(e), _how(e)]
        for name in [*known, *sorted(metrics.estimates.keys() - COLUMNS.keys())]
        for e in [metrics.estimates[name]]
    ]
    counts = metrics.counts
    rows.append(["correct signal", f"{counts.true_signal} of {counts.signal}", DASH, ""])
    rows.append(
        ["correct background", f"{counts.true_background} of {counts.background}", DASH, ""]
    )
    rows.append(["no verdict", str(counts.unjudged), DASH, ""])
    table = tabulate(
        rows, ["figure", "value", "95 % interval", "how"], "pipe", disable_numparse=True
    )
    return f"{_heading(run)}\n\n{table}\n\nrun {run.name}, threshold {record.threshold:g}"


def _heading(run: Run) -> str:
    record = run.record
    if record.sample is None:
        return f"{record.plugin} on {record.dataset}"
    sample, train = record.sample, record.train
    options = f" ({record.options})" if record.options else ""
    line = f"{record.plugin}{options} on {sample.label}, {sample.split} split, {sample.size}"
    if train:
        line += f", fitted on {train.label} {train.size}"
    for view, how in (("texts", record.texts), ("numbers", record.numbers)):
        line += f", {view} {how}" if how in ("off", "permuted") else ""
    return line


def _place(run: Run) -> tuple[str, ...]:
    record = run.record
    sample = record.sample
    where = (sample.label, sample.size) if sample else (record.dataset, "")
    return (
        *where,
        record.plugin,
        record.options,
        record.texts,
        record.numbers,
        f"{record.seed:09d}",
        run.name,
    )


def _row(run: Run, notes: Notes) -> list[str]:
    record = run.record
    sample = record.sample
    few = ""
    if sample and sample.signal < FEW_SIGNAL:
        few = notes.mark(f"{sample.signal} signal events, fewer than {FEW_SIGNAL}")
    row = [
        record.created[:10],
        escaped(sample.label if sample else record.dataset),
        (escaped(f"{sample.split} {sample.size}") if sample else DASH) + few,
        sample.fingerprint[:6] if sample else DASH,
        escaped(record.plugin),
        escaped(record.options) or DASH,
        escaped(f"{record.train.label} {record.train.size}") if record.train else DASH,
        str(record.seed),
        record.texts,
        record.numbers,
    ]
    blank = [DASH] * (len(COLUMNS) + 3)
    if record.status != "ok":
        told = f"{record.status}: {record.error or 'no error recorded'}"
        blank[0] += notes.mark(f"{record.plugin}, {run.name}: {told}")
        return row + blank
    try:
        return row + _figures(run.metrics(), notes)
    except DamagedError as error:
        blank[0] += notes.mark(str(error))
        return row + blank


def _figures(metrics: Metrics, notes: Notes) -> list[str]:
    cells = []
    for name in COLUMNS:
        estimate = metrics.estimates.get(name)
        note = estimate.note if estimate else "not among this run's metrics"
        cells.append(figure(estimate) + notes.mark(note))
    counts, found = metrics.counts, metrics.estimates
    for right, total, recall in (
        (counts.true_signal, counts.signal, found.get("recall_signal")),
        (counts.true_background, counts.background, found.get("recall_background")),
    ):
        cells.append(f"{right} of {total}, {figure(recall)}")
    cells.append(str(counts.unjudged))
    return cells


def _how(estimate: object) -> str:
    parts: Mapping[str, str] = vars(estimate)
    return "; ".join(part for part in (parts["method"], parts["note"]) if part)
