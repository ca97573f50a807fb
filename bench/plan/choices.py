"""Samples of as many events: what each would tell of a rare signal, and which tells most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from bench.plan.widths import Power

RATIOS = ((1, 1), (1, 10))
"""Ratios that are always among the choices."""
NEAR = 1.01
"""How much wider than the narrowest an interval may be for a simpler ratio's sake."""
SIMPLE = 20
"""Up to which sum all ratios are tried."""
LONGEST = 999_999
"""The largest number that a ratio is written with."""


@dataclass(frozen=True)
class Choice:
    """A sample: how to ask for it, what is in it, and how wide SIC's interval would be."""

    ratio: str
    events: int
    """What `--events` says: with `all-signal` the background's."""
    signal: int
    background: int
    width: float | None
    """Relative to SIC; None where there is no interval."""

    @property
    def options(self) -> str:
        """What to type."""
        return f"--ratio {self.ratio} --events {self.events}"


def choices(power: Power, events: int, available: tuple[int, int], natural: float) -> list[Choice]:
    """Samples of at most so many events out of those that there are, the best one first.

    `available` are the signal and background events of the split, `natural` its rate of signal.
    """
    candidates = [
        _all_signal(power, events, available),
        _natural(power, events, available, natural),
    ]
    candidates += [_ratio(power, pair, events, available) for pair in RATIOS]
    ranked = sorted((c for c in candidates if c), key=_width)
    if best := best_choice(power, events, available):
        ranked = [best, *(c for c in ranked if (c.signal, c.background) != _classes(best))]
    return ranked


def best_choice(power: Power, events: int, available: tuple[int, int]) -> Choice | None:
    """The sample with the narrowest interval of SIC, or a simpler one as good to a percent.

    None where no sample has one.
    """
    n_signal, n_background = best_counts(power, events, available)
    narrowest = power.sic_width(n_signal, n_background)
    if narrowest is None:
        return None
    full = _all_signal(power, events, available)
    if full and full.signal == n_signal:
        return full
    tried = [
        choice
        for pair in _pairs(n_signal, n_background)
        if (choice := _ratio(power, pair, events, available))
    ]
    near = (choice for choice in tried if _width(choice) <= NEAR * narrowest)
    return next(near, min(tried, key=_width, default=None))


def best_counts(power: Power, events: int, available: tuple[int, int]) -> tuple[int, int]:
    """How many signal and background events give the narrowest interval of SIC.

    With many events of variances a and b they are as sqrt(a) to sqrt(b), within what is available.
    """
    import numpy as np

    events = min(events, sum(available))
    least, most = max(1, events - available[1]), min(available[0], events - 1)
    if power.sic is None or most < least:
        return 0, 0
    tried = np.unique(np.linspace(least, most, 20_001).round().astype(np.int64))
    n_signal = int(tried[np.argmin(power.sic_widths(tried, events - tried))])
    return n_signal, events - n_signal


def _pairs(signal: int, background: int) -> Iterator[tuple[int, int]]:
    """Ratios to try for these counts, the simplest first, the exact one last."""
    for total in range(2, SIMPLE + 1):
        yield from ((s, total - s) for s in range(1, total))
    for more in (0, 1):
        yield (1, background // signal + more)
        yield (signal // background + more, 1)
    common = gcd(signal, background)
    yield signal // common, background // common


def _ratio(
    power: Power, pair: tuple[int, int], events: int, available: tuple[int, int]
) -> Choice | None:
    if not all(0 < number <= LONGEST for number in pair):
        return None
    share = pair[0] / sum(pair)
    return _sample(power, f"{pair[0]}:{pair[1]}", share, events, available)


def _natural(
    power: Power, events: int, available: tuple[int, int], natural: float
) -> Choice | None:
    return _sample(power, "natural", natural, events, available) if 0 < natural < 1 else None


def _sample(
    power: Power, ratio: str, share: float, events: int, available: tuple[int, int]
) -> Choice | None:
    """As many events as there are at this share of signal, as `bench.data.sampling` draws them."""
    size = min(events, int(available[0] / share), int(available[1] / (1 - share)))
    signal = round(size * share)
    if not size:
        return None
    return Choice(ratio, size, signal, size - signal, power.sic_width(signal, size - signal))


def _all_signal(power: Power, events: int, available: tuple[int, int]) -> Choice | None:
    signal, background = available[0], min(events - available[0], available[1])
    if background < 1 or not signal:
        return None
    width = power.sic_width(signal, background)
    return Choice("all-signal", background, signal, background, width)


def _width(choice: Choice) -> float:
    return float("inf") if choice.width is None else choice.width


def _classes(choice: Choice) -> tuple[int, int]:
    return choice.signal, choice.background
