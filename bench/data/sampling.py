"""Samples: a deterministic selection of a dataset by split, class ratio and size."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.data.splits import SPLITS, parts_of, rows_in
from bench.storage.request import ALL, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table

DEFAULT_EVENTS = 8000
EXACT = 1e-12
"""Beyond what a quotient of two counts may be off by rounding."""


@dataclass(frozen=True)
class Sample:
    """What to select."""

    split: str
    """`train`, `valid`, `test`, or `all`."""
    ratio: str
    """`natural`, `S:B` such as `1:1` or `1:10`, or `all-signal`: every signal event there is, and
    background up to `events`, with weights back to the natural rate."""
    events: Size = None
    """How many; None for as many as there are, up to `most`."""
    most: int = DEFAULT_EVENTS

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise RequestError(f"no split {self.split!r}; there is: {', '.join(SPLITS)}")
        if self.ratio not in ("natural", "all-signal") and not _RATIO.fullmatch(self.ratio):
            hint = "wanted natural, all-signal or S:B such as 1:10"
            raise RequestError(f"no class ratio {self.ratio!r}; {hint}")
        if isinstance(self.events, int) and self.events < 1:
            raise RequestError(f"a sample of {self.events} events; wanted at least 1, or {ALL}")


_RATIO = re.compile(r"([1-9]\d{0,5}):([1-9]\d{0,5})")


def signal_fraction(table: Table) -> float:
    """The natural rate of signal in a dataset, by its weights."""
    whole = table.weights.sum()
    return float(table.weights[table.y == 1].sum() / whole) if whole else 0.0


def natural_rate(table: Table, split: str) -> float:
    """The natural rate of signal in a split: the dataset's, or that of its own published part."""
    import numpy as np

    rows = np.flatnonzero(rows_in(table, split)) if table.splits is not None else None
    return signal_fraction(table if rows is None or not len(rows) else table.take(rows))


def draw(table: Table, sample: Sample) -> Table:
    """The events of a sample, in the order of their ids.

    Within a split and a class the events with the lowest ids are taken, so that a smaller sample
    is part of a larger one.

    Raises:
        RequestError: the split does not have as many events as were asked for.
    """
    import numpy as np

    inside = rows_in(table, sample.split)
    _demand_part(table, sample, inside)
    order = np.argsort(table.ids)
    order = order[inside[order]]
    signal, background = (order[table.y[order] == label] for label in (1, 0))
    natural = natural_rate(table, sample.split)
    n_signal, n_background = _sizes(sample, len(signal), len(background), natural)
    rows = np.concatenate([signal[:n_signal], background[:n_background]])
    drawn = table.take(rows[np.argsort(table.ids[rows])])
    return replace(drawn, weights=_weights(drawn, sample, natural))


def labelled(table: Table, labels: str, seed: int) -> Table:
    """The events by the labels they have, or with each other's, `shuffled` with their weights."""
    import numpy as np

    if labels != "shuffled":
        return table
    order = np.random.default_rng(seed).permutation(len(table))
    return replace(table, y=table.y[order], weights=table.weights[order])


def _demand_part(table: Table, sample: Sample, inside: NDArray[np.bool_]) -> None:
    """Refuse a split that the dataset's own division leaves empty, or without one of two classes.

    By hash alone a split has hardly less of a class than its share; a division may have none.
    """
    if table.splits is None:
        return
    own = f"the dataset's own division has {parts_of(table)}"
    if not inside.any():
        raise RequestError(
            f"no event is in the {sample.split} split: {own}; "
            "fit or evaluate on another dataset, or choose another split"
        )
    signal = int(table.y[inside].sum())
    background = int(inside.sum()) - signal
    if _RATIO.fullmatch(sample.ratio) and not (signal and background):
        raise RequestError(
            f"the {sample.split} split has {signal} signal and {background} background events, "
            f"wanted both for {sample.ratio}: {own}"
        )


def _sizes(sample: Sample, signal: int, background: int, natural: float) -> tuple[int, int]:
    """How many signal and background events to take of those that the split has."""
    if sample.ratio == "all-signal":
        events = _events(sample, background)
        if events > background or not signal + background:
            raise _too_few(sample, f"{background} background events", background)
        return signal, events
    share, least = natural, 1
    if match := _RATIO.fullmatch(sample.ratio):
        one, other = (int(group) for group in match.groups())
        share = one / (one + other)
        least = _least(share)
    room = min(
        signal / share if share > 0 else float("inf"),
        background / (1 - share) if share < 1 else float("inf"),
    )
    events = _events(sample, int(room * (1 + EXACT)))
    n_signal = round(events * share)
    if not events or n_signal > signal or events - n_signal > background:
        most, has = _most(share, signal, background), f"{signal} signal and {background} background"
        raise _too_few(sample, f"{has} events", most if most >= least else 0)
    if sample.events == events < least:
        raise RequestError(
            f"{events} events at {sample.ratio} are of one class; wanted at least {least}"
        )
    return n_signal, events - n_signal


def _events(sample: Sample, room: int) -> int:
    """How many events to take where there is room for so many."""
    if sample.events is None:
        return min(sample.most, room)
    return room if sample.events == ALL else sample.events


def _least(share: float) -> int:
    """The smallest number of events that holds both classes at this share of signal."""
    few = range(2, 2_000_000)  # more than the largest ratio needs
    return few[bisect_left(few, True, key=lambda events: 0 < round(events * share) < events)]


def _most(share: float, signal: int, background: int) -> int:
    """The largest number of events that can be asked for at this share of signal.

    Each class grows with the number, so that what is too many stays too many.
    """

    def too_many(events: int) -> bool:
        n_signal = round(events * share)
        return n_signal > signal or events - n_signal > background

    return bisect_left(range(signal + background + 2), True, key=too_many) - 1


def _too_few(sample: Sample, has: str, most: int) -> RequestError:
    size = f"{sample.events} events" if isinstance(sample.events, int) else "a sample"
    return RequestError(
        f"wanted {size} at {sample.ratio}, but the {sample.split} split has {has}; "
        + (f"at most {most} can be had" if most else "none can be had")
    )


def _weights(drawn: Table, sample: Sample, natural: float) -> NDArray[np.float64]:
    """One each; with `all-signal` the background's bring the sample back to the natural rate."""
    import numpy as np

    weights = np.ones(len(drawn))
    n_signal = int((drawn.y == 1).sum())
    n_background = len(drawn) - n_signal
    if sample.ratio == "all-signal" and n_signal and n_background:
        weights[drawn.y == 0] = n_signal * (1 - natural) / natural / n_background
    return weights
