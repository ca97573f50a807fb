"""Samples: a deterministic selection of a dataset by split, class ratio and size."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.division import SPLITS, parts_of, rows_in
from bench.errors import RequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.table import Table

DEFAULT_EVENTS = 8000


@dataclass(frozen=True)
class Sample:
    """What to select."""

    split: str
    """`train`, `valid`, `test`, or `all`."""
    ratio: str
    """`natural`, `S:B` such as `1:1` or `1:10`, or `all-signal`: every signal event there is, and
    background up to `events`, with weights back to the natural rate."""
    events: int | None = None
    """How many; None for as many as there are, up to `most`."""
    most: int = DEFAULT_EVENTS

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise RequestError(f"no split {self.split!r}; there is: {', '.join(SPLITS)}")
        if self.ratio not in ("natural", "all-signal") and not _RATIO.fullmatch(self.ratio):
            wanted = "wanted natural, all-signal or S:B such as 1:10"
            raise RequestError(f"no class ratio {self.ratio!r}; {wanted}")
        if self.events is not None and self.events < 1:
            raise RequestError(f"a sample of {self.events} events; wanted at least 1")


_RATIO = re.compile(r"([1-9]\d{0,5}):([1-9]\d{0,5})")


def signal_fraction(table: Table) -> float:
    """The natural rate of signal in a dataset, by its weights."""
    return float(table.weights[table.y == 1].sum() / table.weights.sum())


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
        wanted = sample.most if sample.events is None else sample.events
        if sample.events is not None and sample.events > background:
            raise _too_few(sample, f"{background} background events")
        return signal, min(wanted, background)
    share = natural
    if match := _RATIO.fullmatch(sample.ratio):
        one, other = (int(group) for group in match.groups())
        share = one / (one + other)
    room = min(
        signal / share if share > 0 else float("inf"),
        background / (1 - share) if share < 1 else float("inf"),
    )
    events = min(sample.most, int(room)) if sample.events is None else sample.events
    n_signal = round(events * share)
    if n_signal > signal or events - n_signal > background:
        raise _too_few(sample, f"{signal} signal and {background} background events")
    return n_signal, events - n_signal


def _too_few(sample: Sample, there: str) -> RequestError:
    return RequestError(
        f"wanted {sample.events} events at {sample.ratio}, but the {sample.split} split has {there}"
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
