"""Which columns of a foreign table are features, which one is the label, and which is neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.imported.momenta import MASS, has_two_jets, mass_of_two_jets
from bench_lhco.imported.stream import Slice

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LABELS = ("label", "labels", "is_signal", "issignal", "target", "truth", "truth_label")
"""How people call the label, in any case."""
NUMBERING = re.compile(r"|index|Unnamed: \d+|__index_level_\d+__", re.IGNORECASE)
"""Columns that number the events, which pandas writes beside the features."""
LONGEST = 64


def label_among(file: Path, names: Sequence[str]) -> str | None:
    """The label column, if there is one.

    Raises:
        InputError: there are several.
    """
    found = [name for name in names if name.lower() in LABELS]
    if len(found) > 1:
        raise InputError(f"{file}: label columns {', '.join(found)}, wanted one at most")
    return found[0] if found else None


@dataclass(frozen=True)
class Chosen:
    """What is made of a table's columns."""

    columns: tuple[str, ...]
    """The features, with the mass of two jets at the end where it is computed."""
    features: tuple[int, ...]
    """Where they are in the table."""
    label: int | None
    """Where the label is in it."""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: Path, names: Sequence[str]) -> Chosen:
        """The choice by the names of all columns.

        Raises:
            InputError: a name that no feature can have, one that is there twice, or no feature.
        """
        label = label_among(file, names)
        left_out = [name for name in names if NUMBERING.fullmatch(name)]
        kept = [name for name in names if name != label and name not in left_out]
        for name in kept:
            if not name.isprintable() or name != name.strip() or len(name) > LONGEST:
                raise InputError(f"{file}: column {name!r:.80}, wanted a printable name")
        if len(set(kept)) < len(kept):
            twice = next(name for name in kept if kept.count(name) > 1)
            raise InputError(f"{file}: column {twice!r} is there twice")
        if not kept:
            raise InputError(f"{file}: no column of features, wanted at least one")
        notes = tuple(f"column {name!r} numbers the events and is left out" for name in left_out)
        columns = tuple(kept)
        if has_two_jets(columns):
            columns += (MASS,)
            notes += (f"{MASS} is computed as |p1 + p2| of the two jets",)
        places = tuple(names.index(name) for name in kept)
        return cls(columns, places, None if label is None else names.index(label), notes)

    def slice(self, table: NDArray[np.float64]) -> Slice:
        """The slice that rows of the table are: (n, all columns), NaN where a cell is empty."""
        import numpy as np

        x = table[:, self.features]
        if len(self.columns) > len(self.features):
            names = self.columns[: len(self.features)]
            x = np.column_stack([x, mass_of_two_jets(names, x)])
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
            values = x.astype(np.float32)
        return Slice(values, None if self.label is None else table[:, self.label])
