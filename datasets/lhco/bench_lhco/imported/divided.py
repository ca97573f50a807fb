"""The division into train, valid and test that foreign files bring: as a column, or as files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from bench import InputError, RequestError, Split
from bench_lhco.imported.repeats import MOST

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

WORDS: Mapping[str, Split] = {
    **dict.fromkeys(("", "open"), Split.OPEN),
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("valid", "val", "validation", "validate", "dev"), Split.VALID),
    **dict.fromkeys(("test", "testing"), Split.TEST),
}
"""What people call the splits, in small letters; nothing is open."""
REFERENCE: Mapping[str, Split] = {
    **WORDS,
    **{"0": Split.TRAIN, "1": Split.TEST, "2": Split.VALID},
}
"""The same, and how the makers of the top tagging reference number train, test, validation."""
EMPTY = ("na", "n/a", "nan", "null", "none", "<na>")
"""Words for nothing."""
TRUTHS = {"is_?train(ing)?|train(ing)?": Split.TRAIN, "is_?test(ing)?|test(ing)?": Split.TEST}
"""Names of columns that are 1 or true for one of the two splits, and 0 or false for the other."""


def plain(value: object) -> str:
    """A cell as meanings name it: in small letters, whole numbers without a point."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    word = "" if value is None else str(value).strip().lower()[:40]
    try:
        number = float(word)
    except ValueError:
        return "" if word in EMPTY else word
    if isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else word


def meanings_of(column: str | None, said: Sequence[str]) -> dict[str, Split]:
    """Which split each value of a column means: by what the user says, and by the usual words.

    Raises:
        RequestError: a meaning that is none, one given twice, or no column that it is of.
    """
    if column is None:
        if said:
            raise RequestError(f"--split-meaning {said[0]}: wanted --split-column too")
        return {}
    meanings = dict(WORDS)
    for pattern, true in TRUTHS.items():
        if re.fullmatch(pattern, column, re.IGNORECASE):
            false = Split.TEST if true == Split.TRAIN else Split.TRAIN
            meanings |= {"1": true, "true": true, "0": false, "false": false}
    given: dict[str, Split] = {}
    for meaning in said:
        value, equals, word = meaning.rpartition("=")
        split = WORDS.get(word.strip().lower())
        if not equals or split is None or not word.strip():
            raise RequestError(
                f"--split-meaning {meaning}: wanted VALUE=SPLIT, of train, valid, test or open"
            )
        if plain(value) in given:
            raise RequestError(f"--split-meaning {meaning}: {value} has a meaning already")
        given[plain(value)] = split
    return meanings | given


def splits_of(
    file: Path,
    column: str,
    values: NDArray[np.str_],
    meanings: Mapping[str, Split],
    later: Iterable[NDArray[np.str_]],
) -> NDArray[np.int8]:
    """The split of each event, (n,), by the values of a column.

    Args:
        file: where they are from, for the message, as is the column.
        column: its name.
        values: of these events.
        meanings: by value.
        later: those of the rest of the file, which are looked at for the message alone.

    Raises:
        InputError: values that nobody gave a meaning.
    """
    import numpy as np

    distinct, places = np.unique(values, return_inverse=True)
    unknown = set(distinct.tolist()) - meanings.keys()
    if unknown:
        for more in later:
            unknown |= set(more.tolist()) - meanings.keys()
        ordered = sorted(unknown)
        listed = ", ".join(ordered[:8]) + (f" and {len(unknown) - 8} more" if ordered[8:] else "")
        raise InputError(
            f"{file}: column {column!r} has the value{'s' if ordered[1:] else ''} {listed},"
            f" wanted train, valid or test; say --split-meaning '{ordered[0]}=train'"
            f"{' and what the others mean' if ordered[1:] else ' or what it means'}"
        )
    codes = np.array([meanings[value] for value in distinct.tolist()], dtype=np.int8)
    return codes[places]


def once(ids: NDArray[np.uint64], splits: NDArray[np.int8] | None) -> NDArray[np.intp]:
    """The rows that hold each event once, in order: the first, but of those in the test part one.

    An event that is in two parts of a division is taken for the test part rather than the valid
    part, and for that rather than the train part, so that the published test part stays whole.
    """
    import numpy as np

    keys = (ids,) if splits is None else (-splits, ids)
    order = np.lexsort(keys)  # stable, so the first of equal ones stays first
    _, first = np.unique(ids[order], return_index=True)
    return np.sort(order[first])


def count_overlaps(
    file: Path, ids: NDArray[np.uint64], splits: NDArray[np.int8]
) -> tuple[int, list[str]]:
    """How many events are in several parts of a division, and what to say of them.

    Raises:
        InputError: too many are.
    """
    import numpy as np

    parts = {split: np.unique(ids[splits == split]) for split in reversed(Split)}
    notes, twice = [], 0
    for high, low in [(a, b) for a in parts for b in parts if a > b]:
        shared = len(np.intersect1d(parts[high], parts[low], assume_unique=True))
        if not shared:
            continue
        twice += shared
        one, other = (split.name.lower() for split in (high, low))
        fewest = min(len(parts[high]), len(parts[low]))
        if low != Split.OPEN and shared > MOST * fewest:
            raise InputError(
                f"{file}: {shared} of the {len(parts[high])} events of the {one} part are in the"
                f" {other} part too, wanted none, or at most {MOST:.0%} of the smaller part"
            )
        notes.append(
            f"events in both the {other} and the {one} part: {shared}, used in the {one} part alone"
        )
    return twice, notes
