"""One run as Every Eval Ever has it: what was evaluated, on what, with what figures."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.exporting.eee.figures import config, score
from bench.report.sections.guarded import in_words, nothing_found, with_findings
from bench.storage.distributions import CORE

if TYPE_CHECKING:
    from bench.storage.record import PartRecord, RunRecord, SampleRecord
    from bench.storage.store import Run

log = logging.getLogger(__name__)

VERSION = "0.3.0"
"""Of the layout."""
COLLECTION, IMPORTED = "classifier-bench", "imported"
UNKNOWN = "unknown"
MEANT = {"twin": ": the bench's own simulation, not the published events"}
LONGEST = 120
"""Characters of a model's name in a path."""
RESERVED = re.compile(r"(data|(con|prn|aux|nul|com\d|lpt\d)(\..*)?|)", re.IGNORECASE)
"""Names that no folder there may have."""
DECIDED = "accuracy"
"""The figure that decisions on single events add up to."""


def identity(record: RunRecord) -> str:
    """The model as others look it up: the package that offers it, and what sets it apart."""
    offered = record.model.distribution if record.model else IMPORTED
    name = re.sub(r"[^A-Za-z0-9.]+", "-", record.setting)[:LONGEST].strip("-.")
    return f"{offered}/{f'model-{name}'.strip('-') if RESERVED.fullmatch(name) else name}"


def place_of(run: Run) -> str:
    """The place of the run in a store of evaluations, without an ending; the same each time."""
    hashed = hashlib.sha256(f"{run.name} {run.record.id}".encode()).digest()[:16]
    return f"data/{COLLECTION}/{identity(run.record)}/{uuid.UUID(bytes=hashed, version=4)}"


def evaluation_of(run: Run, organisation: str, now: datetime) -> dict[str, Any]:
    """What is known of a good run; what is not is left out where the layout lets it.

    Args:
        run: with all that it has been guarded with.
        organisation: that provides the figures, as the user says.
        now: when this is written.
    """
    record = run.record
    version = record.versions.get(CORE, UNKNOWN)
    return {
        "schema_version": VERSION,
        "evaluation_id": f"{COLLECTION}/{identity(record)}/{run.name}",
        "evaluation_timestamp": record.created,
        "retrieved_timestamp": f"{now.timestamp():.0f}",
        "source_metadata": _source(record, organisation),
        "eval_library": {
            "name": CORE,
            "version": version,
            "additional_details": _guarded(record),
        },
        "model_info": _model(record),
        "evaluation_results": list(_results(run)),
    }


def result_id(run: Run, figure: str) -> str:
    """By which lines of events refer to a figure."""
    return f"{run.name}/{figure}"


def sample_name(record: RunRecord) -> str:
    """The sample as tables show it: `rd (twin) test 1:10 @8000`."""
    sample = record.sample
    return f"{sample.label} {sample.part} {sample.size}" if sample else record.dataset


def _source(record: RunRecord, organisation: str) -> dict[str, Any]:
    outside = record.outside
    known = {
        "schema": str(record.schema),
        "request": _json(record.request),
        "seconds": _json(record.seconds),
        "versions": _json(record.versions | record.judged_with),
    }
    if outside:
        known |= {
            "imported_file": outside.file,
            "imported_file_sha256": outside.digest,
            "published": outside.source,
            "not_known": ", ".join(outside.lacks),
        }
    return {
        "source_name": CORE,
        "source_type": "documentation" if record.bare else "evaluation_run",
        "source_organization_name": organisation or UNKNOWN,
        "evaluator_relationship": "other",
        "additional_details": _filled(known),
    }


def _guarded(record: RunRecord) -> dict[str, str]:
    """What the guards said: a line in all, the outcome by guard, what each of them found."""
    findings = with_findings(record)
    inspected = len({one.code for one in record.verdicts if not one.skipped})
    outcomes = {f"{one.code} {one.guard}": one.outcome for one in record.verdicts}
    allowed = [one.code for one in findings if one.allowed]
    return _filled(
        {
            "guards": f"{inspected} guards looked, {len(findings)} of them found something"
            if findings
            else nothing_found(record),
            "outcomes": _json(outcomes),
            "findings": "; ".join(map(in_words, findings)),
            "allowed": f"void, but let through on purpose: {', '.join(allowed)}" if allowed else "",
        }
    )


def _model(record: RunRecord) -> dict[str, Any]:
    fitted = {"train": record.train, "valid": record.valid}
    samples = {f"{name}_sample": _json(_sample(one)) for name, one in fitted.items() if one}
    details = {
        "deployment_type": UNKNOWN if record.outside else "self_deployed",
        "model_availability": UNKNOWN,
        "options": _json(record.model.options) if record.model else record.options,
        "part": _part(record.model) if record.model else "",
        "encoders": "; ".join(f"{_part(one)} {_json(one.options)}" for one in record.encoders),
        "views": ", ".join(record.views),
        "without_view": record.without or "",
        "permuted_view": record.permuted or "",
        "labels": "" if record.labels == "truth" else record.labels,
        "quick": "true: done only to try things, on few events" if record.quick else "",
        "decisions": "true: the scores are decisions, and rank nothing" if record.decisions else "",
        "seed": "" if record.outside else str(record.seed),
        "fit": record.fit or "",
        "threshold": repr(record.threshold),
    }
    return {
        "name": record.setting,
        "id": identity(record),
        "additional_details": _filled(details | samples),
    }


def _results(run: Run) -> Iterator[dict[str, Any]]:
    record, metrics = run.record, run.metrics()
    events = metrics.counts.signal + metrics.counts.background
    source: dict[str, Any] = {"dataset_name": record.dataset, "source_type": "other"}
    if record.sample:
        source["additional_details"] = _sample(record.sample)
    for name, estimate in metrics.estimates.items():
        if estimate.value is None:
            continue
        about = config(name, estimate, record.threshold)
        if about is None:
            log.warning("%s is left out: it is not known whether more of it is better", name)
            continue
        yield {
            "evaluation_result_id": result_id(run, name),
            "evaluation_name": sample_name(record),
            "source_data": source,
            "evaluation_timestamp": record.created,
            "metric_config": about,
            "score_details": score(estimate, events),
        }


def _sample(sample: SampleRecord) -> dict[str, str]:
    """A sample, with the hashes by which anyone can tell that it is the same."""
    return _filled(
        {
            "dataset": sample.dataset,
            "edition": f"{sample.edition}{MEANT.get(sample.kind, '')}",
            "content_hash": sample.source,
            "options": _json(sample.options),
            "split": sample.part,
            "ratio": sample.ratio,
            "signal_events": str(sample.signal),
            "background_events": str(sample.background),
            "signal_fraction_by_nature": repr(sample.natural),
            "event_set_hash": sample.fingerprint,
            "features_hash": sample.features,
            "skipped_events": str(sample.skipped),
        }
    )


def _part(part: PartRecord) -> str:
    return f"{part.name} of {part.distribution} {part.version}, code {part.code}"


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
