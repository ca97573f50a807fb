"""Labels as weaver's files have them, a column a class such as `label_QCD`, 1 where it is that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.writer import LABELS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BEGINS = "label_"
BACKGROUND = ("background", "bkg", "bg", "qcd")
"""What the class of background is called, in small letters."""


def classes_of(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of classes, background first: the place of each is its label; may be none.

    Raises:
        InputError: it is not clear which is background, or there are too many.
    """
    classes = [name for name in names if name.startswith(BEGINS)]
    if len(classes) < 2:
        return ()
    first = [name for name in classes if name.removeprefix(BEGINS).lower() in BACKGROUND]
    if len(first) != 1 or len(classes) > len(LABELS):
        listed = ", ".join(classes[:12])
        raise InputError(
            f"{path}: classes {listed}; wanted at most {len(LABELS)}, of them one called"
            f" {BEGINS}background or {BEGINS}QCD; or say --label-column, or leave them out by"
            " --without-column"
        )
    return (*first, *(name for name in classes if name not in first))


def labels_of(path: Path, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The label of each event, (n,), from the columns of classes in the order of labels.

    Raises:
        InputError: an event of no class, or of several.
    """
    values = np.stack(list(columns.values()), axis=1)
    wrong = ((values != 0).sum(axis=1) != 1) | ~np.isin(values, (0, 1)).all(axis=1)
    if wrong.any():
        raise InputError(
            f"{path}: {int(wrong.sum())} events are of no class or of several of"
            f" {', '.join(columns)}, wanted 1 in one of these columns and 0 in the others"
        )
    return np.asarray(values.argmax(axis=1), dtype=np.float64)


def meaning(classes: Sequence[str]) -> str:
    """What the labels of such classes are, in a line."""
    named = ", ".join(f"{label} {name.removeprefix(BEGINS)}" for label, name in enumerate(classes))
    return f"labels by class: {named}"
