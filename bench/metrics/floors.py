"""Floors of the maximum SIC: how much background a threshold has to let through to count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from math import ceil, floor, inf, sqrt
from typing import TYPE_CHECKING

from bench.api.errors import RequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NONE = "none"
EVENTS = re.compile(r"(\d{1,9})([ -]?events?)?")
RATE = re.compile(r"fpr( above|-above)?[ =](.+)")
WANTED = (
    f"wanted {NONE}, a number of background events such as '25 events', "
    "'fpr 1.84e-5' for at least such a background efficiency, or 'fpr above 1e-4'"
)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a threshold has to let through of the background; one event where there is no floor.

    Where no background event passes, a SIC has no value.
    """

    events: int = 1
    """Background events at least, unweighted."""
    rate: float = 0.0
    """The background efficiency at least."""
    above: bool = False
    """Whether the efficiency has to be above the rate, and not the rate itself."""
    said: bool = field(default=False, compare=False)
    """Whether somebody asked for it, so that headings name it, the usual one too."""

    @classmethod
    def read(cls, text: str) -> Floor:
        """A floor as it is typed: `none`, `25 events`, `25`, `fpr 1.84e-5`, `fpr above 1e-4`.

        Raises:
            RequestError: something else; what is wanted.
        """
        word = " ".join(text.lower().split())
        if word == NONE:
            return replace(NO_FLOOR, said=True)
        if counted := EVENTS.fullmatch(word):
            if int(counted[1]) > 0:
                return cls(int(counted[1]), said=True)
        elif share := RATE.fullmatch(word):
            try:
                rate = float(share[2])
            except ValueError:
                rate = 0.0
            if 0 < rate < 1:
                return cls(rate=rate, above=share[1] is not None, said=True)
        raise RequestError(f"no floor {text!r}; {WANTED}")

    def __str__(self) -> str:
        """As it is typed."""
        if self.rate:
            return f"fpr {'above ' if self.above else ''}{_short(self.rate)}"
        return NONE if self.events == 1 else f"{self.events} events"

    @property
    def brief(self) -> str:
        """For a heading: `25 events`, `ε_B ≥ 1.84e-5`, `ε_B > 1e-4`, `no floor`."""
        if self.rate:
            return f"ε_B {'>' if self.above else '≥'} {_short(self.rate)}"
        return "no floor" if self == NO_FLOOR else str(self)

    @property
    def words(self) -> str:
        """What has to pass, in a sentence: `at least 25 background events`."""
        if self.rate:
            bound = "more than" if self.above else "at least"
            return f"{bound} a share of {_short(self.rate)} of the background"
        plural = "" if self.events == 1 else "s"
        return f"at least {self.events} background event{plural}"

    def allows(
        self, background: NDArray[np.float64], left: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """The thresholds that count: (k,).

        Args:
            background: efficiencies of the thresholds, (k,).
            left: background events that pass, unweighted, (k,).
        """
        import numpy as np

        passes = np.greater if self.above else np.greater_equal
        # 25 events of a million are a rate of 2.5e-5 whatever the last digit of a sum is
        near = self.rate * (1 + 1e-9 if self.above else 1 - 1e-9)
        allowed: NDArray[np.bool_] = (left >= self.events) & passes(background, near)
        return allowed

    def least(self, one: float) -> float:
        """The background efficiency at the floor, where one event is such a share."""
        return max(self.rate, self.events * one)

    def least_events(self, background: int) -> int:
        """The events that a floor comes to, of so many that weigh alike."""
        share = self.rate * background
        events = floor(share + 1e-9) + 1 if self.above else ceil(share - 1e-9)
        return max(events, self.events)

    def ceiling(self, background: float = inf, efficiency: float = 1.0) -> float:
        """The largest SIC that can be seen: eps_S / sqrt(eps_B at the floor).

        Args:
            background: events of the sample; infinitely many if nobody knows.
            efficiency: of the signal, where it is known.
        """
        least = self.least(1 / background)
        return efficiency / sqrt(least) if least > 0 else inf


NO_FLOOR = Floor()
USUAL = Floor(25)
"""Of every figure unless another floor is asked for."""


def sic_title(floor: Floor) -> str:
    """The heading of a column of maxima under one floor; the usual one needs no name."""
    return "max SIC" if floor == USUAL and not floor.said else f"max SIC, {floor.brief}"


def sic_label(floor: Floor) -> str:
    """What an axis of a figure calls it."""
    return "maximum SIC" if floor == USUAL and not floor.said else f"maximum SIC, {floor.brief}"


def _short(rate: float) -> str:
    """`1e-4`, `1.84e-5`, `0.01`."""
    mantissa, _, power = f"{rate:e}".partition("e")
    return f"{rate:g}" if rate >= 0.01 else f"{float(mantissa):g}e{int(power)}"
