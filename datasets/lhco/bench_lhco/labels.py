"""Kinds of signal, and how many events of each a twin has unless somebody says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

LABEL_NAMES = (
    *("label", "labels", "is_signal", "issignal", "is_signal_new", "target", "truth"),
    "truth_label",
)
"""How people call the label, in any case; any other name has to be said."""
VariationName: TypeAlias = Literal[
    "nominal",
    "recoil",
    "tune",
    "mpi",
    "scale-up",
    "scale-down",
    "resolution-up",
    "resolution-down",
    "towers",
]
"""What `bench_lhco.twin.variations` has."""
NOMINAL: Literal["nominal"] = "nominal"
"""The variation of a twin that is none."""
ANY = "any"
"""Every kind of signal counts."""


@dataclass(frozen=True)
class Twin:
    """The twin that is made where nobody says how large."""

    events: Mapping[str, int]
    """How many by their kind; several kinds of signal in their natural proportion."""
    signal_fraction: float
    """The natural rate of signal, which the twin's weights restore: it has more signal."""
