"""What a report is to hold beside its conclusions and the table of all runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contents:
    """What a report is to hold beside its conclusions and the table of all runs."""

    title: str = ""
    decisions: bool = False
    """The figures at the threshold as the study diary had them: accuracy, precision, F1, counts."""
    blocks: bool = False
    """Every figure of every run, a section each."""
    by_valid: bool = False
    """All settings by their AUC on the valid split, as one would choose among them."""
    formats: tuple[str, ...] = ()
    """Formats of the figures beside PNG, which pages show: `pdf`, `svg`."""


PLAIN = Contents()
"""Nothing beside them."""
