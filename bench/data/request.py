"""What a user asks of the events of a run: what is fitted on, and what is evaluated on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.data.sampling import Size

TRAIN_EVENTS = 20_000
VALID_EVENTS = 4_000


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """The samples of a run as they were asked for; None leaves the choice to the dataset."""

    dataset: str
    edition: str | None = None
    file: Path | None = None
    """A file to evaluate on, read as the dataset."""
    train: str | None = None
    train_edition: str | None = None
    train_ratio: str = "1:1"
    train_events: Size = None
    split: str | None = None
    ratio: str | None = None
    events: Size = None
