"""What a report is to hold beside its conclusions and the table of all runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.api.errors import RequestError, did_you_mean

PNG, VECTORS = "png", ("pdf", "svg")
"""The format that pages show, which every figure has; and those that it may have beside it."""


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
    """Formats of the figures beside PNG: `pdf`, `svg`."""
    floor: str = ""
    """Of the maximum SIC, as it is typed; empty for that of the runs' protocol or the usual one."""


PLAIN = Contents()
"""Nothing beside them."""


def vector_formats(names: Iterable[str]) -> tuple[str, ...]:
    """The formats beside PNG among those that are asked for, each once.

    Raises:
        RequestError: no such format.
    """
    formats = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for name in formats:
        if name not in (PNG, *VECTORS):
            raise RequestError(f"no format {name!r}; {did_you_mean(name, (PNG, *VECTORS))}")
    return tuple(name for name in VECTORS if name in formats)
