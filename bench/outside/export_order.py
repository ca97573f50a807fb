"""Scores without events, in the order of a folder that `bench data export --layout` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError, RequestError
from bench.data.export_layout import EVENTS
from bench.outside.dataframes import EVENT, INDEX

if TYPE_CHECKING:
    import pandas as pd


def events_of(folder: Path) -> Path:
    """The file that says which events are in an export.

    Raises:
        InputError: there is none.
    """
    file = folder / EVENTS
    if not file.is_file():
        raise InputError(
            f"{folder}: no {EVENTS} in it, wanted a folder of events exported with --layout"
        )
    return file


def located(folder: Path | None, file: Path, frame: pd.DataFrame, role: str) -> pd.DataFrame:
    """The scores with the event of each, as the exported events of a role are in order.

    Scores that name their events, and those of no export that is named, are as they were.

    Raises:
        RequestError: an export is named, and the scores name their events.
        InputError: they are not as many as those, or their labels are others.
    """
    import numpy as np
    import pandas as pd

    if folder is None:
        return frame
    if EVENT in frame or INDEX in frame:
        raise RequestError(f"{file} names the events of its scores, wanted no --exported")
    every = pd.read_parquet(events_of(folder), columns=["sample", "event", "label"])
    events = every[every["sample"] == role]
    if len(events) != len(frame):
        raise InputError(
            f"{file}: {len(frame)} scores, {folder} has {len(events)} {role} events in its order"
        )
    if "label" in frame:
        label = pd.to_numeric(frame["label"], errors="coerce").to_numpy(dtype=np.float64)
        if wrong := int((label != events["label"].to_numpy()).sum()):
            raise InputError(
                f"{file}: {wrong} of {len(frame)} labels are not those of {folder} in its order;"
                " were the events shuffled?"
            )
    return frame.assign(event=events["event"].to_numpy())
