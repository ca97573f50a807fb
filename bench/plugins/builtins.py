"""What the core itself offers, through the hooks that everyone uses."""

from __future__ import annotations

from collections.abc import Iterable

from bench.api.asking import Formatter
from bench.api.hookspecs import hookimpl
from bench.api.parts import Encoder, Metric
from bench.encoders.numbers import Numbers
from bench.formatters.rules import Rules
from bench.metrics.calibration import CalibrationError, ProperScores
from bench.metrics.decisions import AsimovSignificance, Decisions, SignificanceImprovement
from bench.metrics.ranking import AreaUnderCurve, MaximumSic, Rejection
from bench.metrics.sculpting import MassSculpting
from bench.metrics.working_points import FixedFalsePositiveRate


@hookimpl
def bench_encoders() -> Iterable[type[Encoder]]:
    """The encoder of plain numbers."""
    return [Numbers]


@hookimpl
def bench_metrics() -> Iterable[type[Metric]]:
    """The figures of every table."""
    return [
        AreaUnderCurve,
        MaximumSic,
        Rejection,
        FixedFalsePositiveRate,
        SignificanceImprovement,
        AsimovSignificance,
        MassSculpting,
        Decisions,
        ProperScores,
        CalibrationError,
    ]


@hookimpl
def bench_formatters() -> Iterable[type[Formatter]]:
    """The reader by rules."""
    return [Rules]
