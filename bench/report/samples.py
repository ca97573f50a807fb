"""What a sample is in plain words, and names short enough to stand in a line with others."""

from __future__ import annotations

from collections.abc import Sequence

from bench.storage.record import SampleRecord

EDITIONS = {"twin": "simulated"}
"""An edition in plain words, where its name is none."""
MARKS = {"twin": "Simulation"}
"""What stands before all else in a figure, of an edition that is no published file."""


def in_words(sample: SampleRecord) -> str:
    """`rd (simulated), test split, 727 signal and 7273 background events (1:10)`."""
    return _in_words(sample, edition_in_words(sample))


def caption(sample: SampleRecord) -> tuple[str, str]:
    """What a figure says at its top: `Simulation` or nothing, and the sample with its edition."""
    return MARKS.get(sample.kind, ""), _in_words(sample, sample.label)


def _in_words(sample: SampleRecord, where: str) -> str:
    if sample.split != "all":
        division = f" ({sample.division})" if sample.division else " split"
        where += f", {sample.split}{division}"
    where += f", {sample.region}" if sample.region else ""
    if sample.ratio == "all-signal":
        counts = f"all {sample.signal} signal events and {sample.background} background events"
        return f"{where}, {counts} weighted back"
    counts = f"{sample.signal} signal and {sample.background} background events"
    return f"{where}, {counts} ({sample.ratio}{' ratio' if sample.ratio == 'natural' else ''})"


def edition_in_words(sample: SampleRecord) -> str:
    """`rd (simulated)`, or `rd (simulated: recoil)`."""
    varied = f": {sample.variation}" if sample.variation else ""
    return f"{sample.dataset} ({EDITIONS.get(sample.kind, sample.kind)}{varied})"


def briefs(samples: Sequence[SampleRecord]) -> list[str]:
    """The shortest names of the samples by which no two of them are called the same."""
    forms = [
        [f"{one.dataset} {_ratio(one)}" for one in samples],
        [f"{edition_in_words(one)} {_ratio(one)}" for one in samples],
        [f"{edition_in_words(one)} {one.part} {one.size}" for one in samples],
    ]
    longest = [f"{name}{event_mark(one)}" for name, one in zip(forms[-1], samples, strict=True)]
    return next((names for names in forms if len(set(names)) == len(names)), longest)


def event_mark(sample: SampleRecord) -> str:
    """The beginning of the hash of its events, as the table of all runs shows it."""
    return f", events {sample.fingerprint[:6]}"


def _ratio(sample: SampleRecord) -> str:
    return sample.ratio.replace("all-signal", "all signal")
