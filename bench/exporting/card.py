"""The card of an exported model: what it is, its figures, what the guards said, how to load it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench.exporting.record import CARD
from bench.report.blocks import TableBlock, plain
from bench.report.markdown import table
from bench.report.sections.everything import STANDARD, few_signal
from bench.report.sections.guarded import in_words, with_findings
from bench.report.sections.single import every_figure, heading

if TYPE_CHECKING:
    from bench.exporting.record import ExportRecord
    from bench.storage.record import RunRecord, SampleRecord
    from bench.storage.store import Run

EDITIONS = (
    "`official` is the published file of a dataset, `twin` the bench's own simulation of it, "
    "`imported` a file of somebody's own."
)
BESIDE = 'particles = "particles.parquet"  # kept by the dataset, by the ids in the column event\n'


def card(
    run: Run,
    written: ExportRecord,
    folder: Path,
    matter: Mapping[str, object],
    *,
    beside: bool = False,
) -> str:
    """The card in markdown, under front matter in YAML.

    Args:
        run: that the model is of.
        written: what the folder says to the bench.
        folder: of the model; what it has as a card already is put into this one.
        matter: of the front matter, what the model says by itself.
        beside: whether a file beside the features is read as well, such as that of particles.
    """
    own = folder / CARD
    parts = [
        front_matter(run, matter),
        f"# {heading(run)}",
        _purpose(run.record),
        "## Figures",
        table(every_figure(run)),
        *_caveats(run.record),
        "## What the guards said",
        *_guards(run.record),
        "## Events",
        table(_samples(run.record)),
        EDITIONS,
        "## Features",
        table(_features(written)),
        "## Loading it",
        _with_the_bench(run.record, written, folder.name, beside=beside),
        *([own.read_text(encoding="utf-8").strip()] if own.is_file() else []),
    ]
    return "\n\n".join(parts) + "\n"


def front_matter(run: Run, matter: Mapping[str, object]) -> str:
    """What a hub reads of a card; each value as JSON, which is YAML too."""
    record, sample = run.record, run.record.sample
    estimates = run.metrics().estimates
    figures = [
        {"type": name, "name": title, "value": estimates[name].value}
        for name, title in STANDARD.items()
        if name in estimates and estimates[name].value is not None
    ]
    entries: dict[str, object] = {
        **matter,
        "tags": ["classifier-bench", record.plugin, record.dataset, "high-energy-physics"],
        "metrics": [figure["type"] for figure in figures],
    }
    if sample and figures:
        on = {"type": sample.dataset, "name": f"{sample.label} {sample.size}", "split": sample.part}
        task = {"type": "tabular-classification"}
        result = {"task": task, "dataset": on, "metrics": figures}
        entries["model-index"] = [{"name": record.title, "results": [result]}]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items()]
    return "\n".join(["---", *lines, "---"])


def _purpose(record: RunRecord) -> str:
    train = f", fitted on {record.train.drawn}" if record.train else ""
    of = "data" if record.weak else "signal"
    return (
        f"P({of}) of a collision event, by `{record.plugin}`{train}, with seed {record.seed}. "
        f"The run is of {record.created[:10]}; it calls {of} what scores {record.threshold:g} or "
        "more."
    )


def _caveats(record: RunRecord) -> Iterator[str]:
    if few := few_signal(record.sample):
        yield f"**{few}: hardly anything can be told from them.**"
    if record.weak:
        yield (
            "It was fitted to tell data from a reference, and saw no truth: a score ranks events "
            "and is no probability of signal."
        )
    elif record.labels != "truth":
        yield f"It is a control: it was fitted by labels {record.labels} between the events."
    if record.without:
        yield f"These events were scored without {record.without}, and so does it when loaded."
    if record.permuted:
        yield (
            f"These figures are a control: {record.permuted} were shuffled between the scored "
            "events. The model itself is the plain fit, and scores events as they are."
        )


def _guards(record: RunRecord) -> Iterator[str]:
    inspected = {verdict.code for verdict in record.verdicts if not verdict.skipped}
    findings = with_findings(record)
    outcome = f"{len(findings)} of them found something" if findings else "found nothing"
    looked = f"{len(inspected)} guards looked at this run and {outcome}."
    yield looked if inspected else "No guard has looked at this run."
    if allowed := [verdict.code for verdict in findings if verdict.allowed]:
        yield (
            f"**It would be void, and somebody let it through on purpose: "
            f"`--allow {' --allow '.join(allowed)}`.**"
        )
    if findings:
        yield "\n".join(f"- {in_words(verdict)}" for verdict in findings)


def _samples(record: RunRecord) -> TableBlock:
    roles = {"train": record.train, "valid": record.valid, "evaluated": record.sample}
    rows = [[plain(cell) for cell in _sample(role, one)] for role, one in roles.items() if one]
    headings = ("sample", "dataset (edition)", "part", "size", "signal", "background", "event set")
    return TableBlock("events", headings, rows)


def _sample(role: str, one: SampleRecord) -> tuple[str, ...]:
    counts = (str(one.signal), str(one.background))
    return (role, one.label, one.part, one.size, *counts, one.fingerprint[:12])


def _features(written: ExportRecord) -> TableBlock:
    rows = [
        [plain(column.name), plain(column.unit), plain(column.meaning)]
        for column in written.columns
    ]
    return TableBlock("features", ("name", "unit", "meaning"), rows)


def _with_the_bench(record: RunRecord, written: ExportRecord, name: str, *, beside: bool) -> str:
    """How the bench loads it, with the options that name a place on the reader's machine."""
    given = record.model.options if record.model else {}
    moved = [
        f"{key}={json.dumps(value)}"
        for key, value in written.model.options.items()
        if given.get(key) != value
    ]
    arguments = ", ".join([json.dumps(name), *moved])
    where = "; say where on your machine that is" if moved else ""
    encoders = ", ".join(f"`{encoder.name}`" for encoder in written.encoders)
    scored, more = ("events, beside=particles", BESIDE) if beside else ("events", "")
    return (
        f"With the bench (`{written.model.distribution}` {written.model.version}, encoders "
        f"{encoders}), which gives the scores of the run{where}:\n\n"
        "```python\nimport pandas as pd\n\nimport bench\n\n"
        'events = pd.read_parquet("events.parquet")  # with the features above\n'
        f"{more}"
        f'events["score"] = bench.load_exported({arguments}).score({scored})\n'
        'events.to_parquet("scored.parquet")\n```'
    )
