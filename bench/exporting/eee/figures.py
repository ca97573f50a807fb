"""What each figure is in the terms of other tools: its kind, its range, which way is better."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bench.api.scores import Estimate
from bench.metrics.decisions import FIGURES as OF_DECISIONS
from bench.report.sections.everything import HEADINGS

ENDLESS = "Infinity"
FLOOR = re.compile(r"^floor (\d+)")
"""How the note of the maximum SIC begins."""


@dataclass(frozen=True)
class Kind:
    """A kind of figure."""

    name: str
    """As other tools call it, where they do."""
    text: str
    lower_is_better: bool = False
    largest: float | str = 1.0
    """Of its values, the smallest of which is 0."""
    unit: str = "proportion"
    parameter: str = ""
    """What the number at the end of the figure's name is."""


SIC = "signal efficiency over the square root of the background efficiency"
KINDS = {
    "auc": Kind("auroc", "Area under the ROC curve."),
    "max_sic": Kind(
        "significance_improvement",
        f"The largest SIC, {SIC}, over thresholds that leave enough background events.",
        largest=ENDLESS,
        unit="ratio",
    ),
    "sic": Kind(
        "significance_improvement", f"SIC, {SIC}, at the threshold.", largest=ENDLESS, unit="ratio"
    ),
    "sic_at_fpr": Kind(
        "significance_improvement",
        f"SIC, {SIC}, where this share of the background passes.",
        largest=ENDLESS,
        unit="ratio",
        parameter="false_positive_rate",
    ),
    "tpr_at_fpr": Kind(
        "true_positive_rate",
        "Signal efficiency where this share of the background passes.",
        parameter="false_positive_rate",
    ),
    "rejection": Kind(
        "background_rejection",
        "One over the background efficiency at this signal efficiency.",
        largest=ENDLESS,
        unit="ratio",
        parameter="signal_efficiency",
    ),
    "asimov": Kind(
        "expected_significance",
        "Median significance expected of a count over the threshold, on the Asimov data set.",
        largest=ENDLESS,
        unit="standard deviations",
    ),
    "brier": Kind("brier", "Brier score of P(signal).", lower_is_better=True),
    "log_loss": Kind(
        "log_loss", "Log loss of P(signal).", lower_is_better=True, largest=ENDLESS, unit="nats"
    ),
    "calibration_error": Kind(
        "calibration_error",
        "How far P(signal) is from the share of signal among events of such a score.",
        lower_is_better=True,
    ),
    "mass_sculpting": Kind(
        "jensen_shannon_divergence",
        "Divergence between the masses of background that is kept and of the rest.",
        lower_is_better=True,
        unit="bits",
    ),
    **{name: Kind(name.partition("_")[0], "Of the decisions.") for name in OF_DECISIONS},
    "accuracy": Kind("accuracy", "Share of events that are called what they are."),
    "balanced_accuracy": Kind("balanced_accuracy", "Mean of the recalls of both classes."),
}
AT_THRESHOLD = {*OF_DECISIONS, "sic", "asimov"}


def config(name: str, estimate: Estimate, threshold: float) -> dict[str, Any] | None:
    """What other tools have to know of a figure; None where nobody knows which way is better."""
    base, _, number = name.rpartition("_")
    kind = KINDS.get(name) or KINDS.get(base)
    if kind is None:
        return None
    parameters: dict[str, float] = {}
    if name not in KINDS and kind.parameter:
        parameters[kind.parameter] = float(number)
    if name in AT_THRESHOLD:
        parameters["threshold"] = threshold
    if floor := FLOOR.match(estimate.note):
        parameters["floor_background_events"] = int(floor[1])
    return {
        "evaluation_description": kind.text,
        "metric_id": f"classifier-bench.{name}",
        "metric_name": HEADINGS.get(name) or " ".join(_word(word) for word in name.split("_")),
        "metric_kind": kind.name,
        "metric_unit": kind.unit,
        **({"metric_parameters": parameters} if parameters else {}),
        "lower_is_better": kind.lower_is_better,
        "score_type": "continuous",
        "min_score": 0.0,
        "max_score": kind.largest,
    }


def _word(word: str) -> str:
    """A word of a figure's name, in capitals where it is an abbreviation."""
    return word.upper() if word in ("sic", "fpr", "tpr", "f1") else word


def score(estimate: Estimate, events: int) -> dict[str, Any]:
    """A figure with its 95 % interval; an interval that is open at one end is told in words."""
    low, high = estimate.low, estimate.high
    uncertainty: dict[str, Any] = {"num_samples": events}
    details = {}
    if low is not None and high is not None:
        method = {"method": estimate.method} if estimate.method else {}
        interval = {"lower": low, "upper": high, "confidence_level": 0.95}
        uncertainty["confidence_interval"] = interval | method
    elif low is not None:
        details["limit"] = f"above {low!r} at 95 %, {estimate.method}"
    if estimate.note:
        details["note"] = estimate.note
    return {
        "score": estimate.value,
        "uncertainty": uncertainty,
        **({"details": details} if details else {}),
    }
