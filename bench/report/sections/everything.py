"""The table of all runs: what each one is, and its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.api.errors import DamagedError
from bench.api.inputs import WITHIN
from bench.api.scores import Estimate
from bench.comparison.floored import floor_of
from bench.metrics.floors import Floor, sic_title
from bench.metrics.format import DASH
from bench.report.blocks import Cell, TableBlock, counted, estimated, plain
from bench.report.learning import train_size
from bench.report.limits import limited
from bench.report.sections.guarded import marked
from bench.storage.record import RunRecord, SampleRecord
from bench.storage.request import LOOK
from bench.storage.store import Run

STANDARD: dict[str, str] = {
    "auc": "AUC",
    "max_sic": "max SIC",
    "sic": "SIC",
    "rejection_0.3": "1/ε_B at ε_S 0.3",
    "rejection_0.5": "1/ε_B at ε_S 0.5",
    "tpr_at_fpr_0.01": "ε_S at ε_B 1e-2",
    "mass_sculpting": "mass sculpting",
}
"""Estimates of the standard table, with their headings."""

DECISIONS: dict[str, str] = {
    "accuracy": "accuracy",
    "precision_background": "precision background",
    "precision_signal": "precision signal",
    "f1_background": "F1 background",
    "f1_signal": "F1 signal",
}
"""Estimates of the table of decisions at the threshold."""

HEADINGS = {**STANDARD, **DECISIONS}
MARKED = {"max_sic", "rejection_0.3", "rejection_0.5"}
"""Whose notes no reader is to miss: how many background events the figure hangs on."""

FEW_SIGNAL = 30
ASKED = (LOOK, "inject", "threshold")
"""What is said beside the options, where another than usual was asked for."""

USUAL_VIEWS = ("texts", "numbers")
"""Views that have a column in every table."""


def standard(runs: Sequence[Run]) -> TableBlock:
    """A row a run, figures that no threshold or a fixed one gives; a failed run keeps its row."""
    views = views_of(runs)
    rows = [[*_about(run, views), *_figures(run, STANDARD)] for run in sorted(runs, key=_place)]
    about = ("date", "dataset", "sample", "events", "model", "options", "fitted on", "seed")
    titles = [titled(name, floor_of(runs)) for name in STANDARD]
    return TableBlock("figures", [*about, *views, *titles], rows)


def titled(name: str, floor: Floor) -> str:
    """What a table calls a figure; of a maximum under another floor than the usual one, which."""
    return sic_title(floor) if name == "max_sic" else HEADINGS.get(name, name.replace("_", " "))


def decisions(runs: Sequence[Run]) -> TableBlock:
    """A row a run, the figures of the decisions at its threshold, as the study diary gave them."""
    views = views_of(runs)
    rows = [
        [*_about(run, views), *_figures(run, DECISIONS), *_counts(run)]
        for run in sorted(runs, key=_place)
    ]
    about = ("date", "dataset", "sample", "events", "model", "options", "fitted on", "seed")
    counts = ("correct signal", "correct background", "no answer")
    return TableBlock("decisions", [*about, *views, *DECISIONS.values(), *counts], rows)


def views_of(runs: Sequence[Run]) -> list[str]:
    """The views that have a column: the usual ones, and what else any of the runs reads."""
    inside = {view for within in WITHIN.values() for view in within}
    read = {view for run in runs for view in run.record.views}
    return [*USUAL_VIEWS, *sorted(read - inside - set(USUAL_VIEWS))]


def few_signal(sample: SampleRecord | None) -> str:
    """That a sample has too few signal events to conclude from; empty where it has enough."""
    if sample is None or sample.signal >= FEW_SIGNAL:
        return ""
    return f"{sample.signal} signal events, fewer than {FEW_SIGNAL}"


def _place(run: Run) -> tuple[str, ...]:
    record = run.record
    sample = record.sample
    where = (sample.label, sample.split, sample.size) if sample else (record.dataset, "", "")
    views = (record.view(view) for view in views_of([run]))
    fit = (f"{train_size(record):09d}", f"{record.seed:09d}")
    return (*where, record.plugin, record.options, *views, *fit, run.name)


def _about(run: Run, views: Sequence[str]) -> list[Cell]:
    record, sample, train = run.record, run.record.sample, run.record.train
    events = Cell(DASH)
    if sample:
        events = Cell(f"{sample.part} {sample.size}", note=few_signal(sample), marked=True)
    fitted_on = plain(train.drawn if train else "")
    if record.outside and not train:
        fitted_on = Cell("not known", note=f"lacks {', '.join(record.outside.lacks)}", marked=True)
    return [
        plain(record.created[:10]),
        plain(sample.label if sample else record.dataset),
        events,
        plain(sample.fingerprint[:6] if sample else ""),
        marked(record.plugin, [record]),
        plain(", ".join(_asked(record))),
        fitted_on,
        DASH_CELL if record.outside else counted(record.seed),
        *(plain(record.view(view)) for view in views),
    ]


def _asked(record: RunRecord) -> Iterator[str]:
    """What was asked for beside the usual, and whether it was only to try things."""
    words = (record.options, *map(record.unusual, ASKED), "quick" if record.quick else "")
    yield from filter(None, words)


DASH_CELL = Cell(DASH)


def _figures(run: Run, columns: dict[str, str]) -> list[Cell]:
    estimates, why = _estimates(run)
    if why:
        first = Cell(DASH, note=why, marked=True)
        return [first, *[DASH_CELL] * (len(columns) - 1)]
    return [_figure(run, name, estimates.get(name)) for name in columns]


def _figure(run: Run, name: str, estimate: Estimate | None) -> Cell:
    """A figure with its interval; a lower limit where no background is left."""
    limit = limited(run, estimate, marked=name in MARKED)
    return limit or estimated(estimate, marked=name in MARKED)


def _counts(run: Run) -> list[Cell]:
    estimates, why = _estimates(run)
    if why:
        return [DASH_CELL] * 3
    counts = run.metrics().counts
    cells = []
    for right, total, recall in (
        (counts.true_signal, counts.signal, estimates.get("recall_signal")),
        (counts.true_background, counts.background, estimates.get("recall_background")),
    ):
        rate = estimated(recall)
        text = f"{right} of {total}, {rate.text}"
        cells.append(Cell(text, rate.value, rate.low, rate.high, rate.note))
    return [*cells, counted(counts.unjudged)]


def _estimates(run: Run) -> tuple[dict[str, Estimate], str]:
    """The figures of a run, or why there are none."""
    record = run.record
    if record.status != "ok":
        reason = f"{record.status}: {record.error or 'no error recorded'}"
        return {}, f"{record.plugin}, {run.name}: {reason}"
    try:
        return run.metrics().estimates, ""
    except DamagedError as error:
        return {}, str(error)
