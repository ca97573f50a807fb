"""Weak supervision as it is asked for: `--labels data` with `--inject` and `--against`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from bench.api.errors import RequestError

if TYPE_CHECKING:
    from bench.storage.region import Region

Labels: TypeAlias = Literal["truth", "shuffled", "data"]
Against: TypeAlias = Literal["region", "sidebands"]
DATA: Final = "data"
"""Labels that say which events are data, and not which are signal."""
MOST: Final = 10_000_000
"""Signal events that can be asked for."""


@dataclass(frozen=True)
class WeakRequest:
    """A fit of data against a reference, which never sees which events are signal."""

    region: Region
    inject: int
    """Signal events in the region's data, those of the train and of the valid split together."""
    against: Against
    seed: int
    """Of the signal events that are drawn."""


def weak_request(
    labels: Labels, region: Region | None, inject: int | None, against: Against, seed: int
) -> WeakRequest | None:
    """What is asked for; None where the labels are not those of data.

    Raises:
        RequestError: an option that says nothing without another one.
    """
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
    return WeakRequest(region, inject, against, seed)
