"""Weak supervision as it is asked for: `--labels data`, and what data are told from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bench.api.errors import RequestError
from bench.storage.region import Region, read_range, spelled_range

Labels: TypeAlias = Literal["truth", "shuffled", "data"]
Against: TypeAlias = Literal["region", "sidebands"]
DATA: Final = "data"
"""Labels that say which events are data, and not which are signal."""
MOST: Final = 10_000_000
"""Signal events that can be asked for."""


OUTER: Final = "wanted LOW:HIGH, the outer edges of both sidebands, such as 50:250 for m=100:200"


@dataclass(frozen=True)
class WeakRequest:
    """A fit of data against a reference, which never sees which events are signal."""

    region: Region
    inject: int
    """Signal events in the region's data, those of the train and of the valid split together."""
    against: Against
    seed: int
    """Of the signal events that are drawn."""
    outer: tuple[float, float] | None = None
    """Where the sidebands begin and end; None for each half as wide as the region."""

    @property
    def sidebands(self) -> tuple[Region, Region]:
        """What lies on both sides of the region."""
        column, low, high = self.region.column, self.region.low, self.region.high
        half = (high - low) / 2
        first, last = self.outer or (low - half, high + half)
        return Region(column, first, low), Region(column, high, last)

    @property
    def reference(self) -> str:
        """`region`, `sidebands`, or `sidebands=3000:4000` where their edges were chosen."""
        return f"{self.against}={spelled_range(*self.outer)}" if self.outer else self.against


def weak_request(
    *,
    labels: Labels,
    region: Region | None,
    inject: int | None,
    against: Against,
    sidebands: str | None,
    seed: int,
) -> WeakRequest | None:
    """What is asked for; None where the labels are not those of data.

    Raises:
        RequestError: an option that says nothing without another one.
    """
    if sidebands is not None and against != "sidebands":
        raise RequestError("--sidebands is of --against sidebands, and says how wide they are")
    if labels != DATA:
        for option, given in (("--inject", inject is not None), ("--against", against != "region")):
            if given:
                raise RequestError(f"{option} is of --labels {DATA}, where a fit never sees truth")
        return None
    if region is None:
        raise RequestError(
            f"--labels {DATA}: no --region; say where the signal is looked for, such as "
            "--region COLUMN=LOW:HIGH"
        )
    if inject is None:
        raise RequestError(
            f"--labels {DATA}: no --inject; say how many signal events the data hold, 0 for none"
        )
    if not 0 <= inject <= MOST:
        raise RequestError(f"--inject {inject}: wanted a number of events from 0 on")
    outer = None if sidebands is None else outer_edges(sidebands, region)
    return WeakRequest(region, inject, against, seed, outer)


def outer_edges(word: str, region: Region) -> tuple[float, float]:
    """Where the sidebands of a region begin and end, as `3000:4000` says it.

    Raises:
        RequestError: no range, or one that does not reach beyond the region on both sides.
    """
    said = f"--sidebands {word}"
    low, high = read_range(word, said, OUTER)
    if not (low < region.low and high > region.high):
        raise RequestError(f"{said}: wanted LOW below {region} and HIGH above it; {OUTER}")
    return low, high


def spelled_sidebands(word: str | None) -> str | None:
    """The outer edges in the one spelling that they have; what are none stay as they are."""
    try:
        return spelled_range(*read_range(word, "", "")) if word else word
    except RequestError:
        return word
