"""One run: every figure of it, a row each, and the decisions in scikit-learn's form."""

from __future__ import annotations

from collections.abc import Mapping

from bench.api.errors import DamagedError
from bench.api.scores import Counts, Estimate
from bench.comparison.floored import floor_of
from bench.metrics.format import DASH, interval, number
from bench.report.blocks import Block, Heading, TableBlock, Text, plain, valued
from bench.report.limits import limited
from bench.report.markdown import table as markdown_table
from bench.report.sections.everything import HEADINGS, few_signal, titled
from bench.report.sections.guarded import in_words, nothing_found, with_findings
from bench.storage.record import SampleRecord
from bench.storage.store import Run


def run_block(run: Run) -> str:
    """What `bench run` prints."""
    threshold = run.record.unusual("threshold").removeprefix("threshold ")
    by = f" ({threshold}, of the valid split)" if threshold.startswith(("fpr", "best")) else ""
    head = f"run {run.name}, threshold {run.record.threshold:g}{by}"
    lines = [in_words(verdict) for verdict in with_findings(run.record)] or [
        nothing_found(run.record)
    ]
    if few := few_signal(run.record.sample):
        lines.append(f"{few}: hardly anything can be told from them")
    return "\n".join([heading(run), "", markdown_table(every_figure(run)), "", head, *lines])


def single(run: Run) -> list[Block]:
    """The section of one run in a report; nothing of one that has no figures."""
    try:
        run.metrics()
    except DamagedError:
        return []
    return [
        Heading(heading(run), 3),
        every_figure(run),
        Text(classification(run), verbatim=True),
        Text(f"Run {run.name}, threshold {run.record.threshold:g}."),
    ]


def every_figure(run: Run) -> TableBlock:
    """All figures of a run, known ones first."""
    metrics = run.metrics()
    estimates = metrics.estimates
    known = [name for name in HEADINGS if name in estimates]
    rows = [
        [
            plain(titled(name, floor_of([run]))),
            limited(run, estimates[name]) or valued(estimates[name].value),
            plain(interval(estimates[name])),
            plain(_how(estimates[name])),
        ]
        for name in [*known, *sorted(estimates.keys() - HEADINGS.keys())]
    ]
    counts = metrics.counts
    for what, count in (
        ("correct signal", f"{counts.true_signal} of {counts.signal}"),
        ("correct background", f"{counts.true_background} of {counts.background}"),
        ("no answer", str(counts.unjudged)),
    ):
        rows.append([plain(what), plain(count), plain(""), plain("")])
    return TableBlock(f"run-{run.name}", ["figure", "value", "95 % interval", "how"], rows)


def heading(run: Run) -> str:
    """What a run is, in one line, its dataset's edition included."""
    record = run.record
    if record.sample is None:
        return f"{record.plugin} on {record.dataset}"
    sample, train = record.sample, record.train
    options = f" ({record.options})" if record.options else ""
    line = f"{record.plugin}{options} on {sample.label}, {_split(sample)}, {sample.size}"
    if train:
        line += f", fitted on {train.drawn}"
    line += "".join(f", {control}" for control in record.controls)
    line += f", {train.injected} signal events in its data" if train and train.data else ""
    line += ", quick" if record.quick else ""
    if sample.skipped:
        line += f", {sample.skipped} invalid events of its file left out"
    return line


def _split(sample: SampleRecord) -> str:
    division = f" ({sample.division})" if sample.division else ""
    return f"{sample.split} split{division}" + (f" in {sample.region}" if sample.region else "")


def classification(run: Run) -> str:
    """The decisions in the form of scikit-learn's classification report."""
    metrics = run.metrics()
    estimates, counts = metrics.estimates, metrics.counts
    lines = [f"{'':>12}{'precision':>12}{'recall':>10}{'f1-score':>10}{'support':>10}", ""]
    for label, support in (("background", counts.background), ("signal", counts.signal)):
        cells = [_two(estimates, f"{what}_{label}") for what in ("precision", "recall", "f1")]
        lines.append(f"{label:>12}{cells[0]:>12}{cells[1]:>10}{cells[2]:>10}{support:>10}")
    total = counts.signal + counts.background
    lines += ["", f"{'accuracy':>12}{'':>22}{_two(estimates, 'accuracy'):>10}{total:>10}"]
    return "\n".join([*lines, *_unjudged(counts)])


def _two(estimates: Mapping[str, Estimate], name: str) -> str:
    return number(estimates[name].value, 2) if name in estimates else DASH


def _unjudged(counts: Counts) -> list[str]:
    return [f"{'no answer':>12}{'':>32}{counts.unjudged:>10}"] if counts.unjudged else []


def _how(estimate: Estimate) -> str:
    return "; ".join(part for part in (estimate.method, estimate.note) if part)
