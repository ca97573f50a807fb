"""What is published of each dataset, in which Zenodo record, and where its labels are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bench import RequestError
from bench.errors import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

RESEARCH = 6466204
"""The record of the R&D dataset, version 5."""
BLACK_BOXES = 4536624


@dataclass(frozen=True)
class PublishedFile:
    """A file of a record; the record itself tells its size and md5."""

    record: int
    name: str
    sha256: str | None = None
    """Where it is known from elsewhere than the record."""


@dataclass(frozen=True)
class Publication:
    """The files of a dataset."""

    events: PublishedFile
    key: PublishedFile | None = None
    """The master key, where the labels are apart from the events."""
    label: int | None = None
    """The label of every event, where no file tells it."""

    def labels(self, file: Path) -> NDArray[np.int8] | int | None:
        """What `slices` needs as the labels of a file of this dataset.

        None if the file has a label column; else the master key beside it: (events,); else the
        one label of every event.

        Raises:
            InputError: no such file of events, no master key beside it, or one that does not fit.
        """
        from bench_lhco.files import read_key, read_layout

        layout = read_layout(file)
        if layout.labelled:
            return None
        if self.key is None:
            return self.label
        return read_key(file.with_name(self.key.name), layout.events)


def _black_box(number: int, *, key: bool) -> Publication:
    stem = f"events_LHCO2020_BlackBox{number}"
    return Publication(
        PublishedFile(BLACK_BOXES, f"{stem}.h5"),
        key=PublishedFile(BLACK_BOXES, f"{stem}.masterkey") if key else None,
        label=None if key else 0,
    )


PUBLICATIONS: Mapping[str, Publication] = MappingProxyType(
    {
        "rd": Publication(
            PublishedFile(
                RESEARCH,
                "events_anomalydetection_v2.h5",
                sha256="5da8fda2ca78edf8fa5acc0af92fcb6a2d464ba7bf0fd75e3944a169b88cecc6",
            )
        ),
        "blackbox1": _black_box(1, key=True),
        "blackbox2": _black_box(2, key=False),
        "blackbox3": _black_box(3, key=True),
    }
)
"""By the dataset's name."""

THREE_PRONG = Publication(
    PublishedFile(RESEARCH, "events_anomalydetection_Z_XY_qqq.h5"),
    label=1,
)
"""The R&D signal with three-prong jets: signal only."""


def publication(dataset: str) -> Publication:
    """What is published of a dataset.

    Raises:
        RequestError: no such dataset.
    """
    if dataset not in PUBLICATIONS:
        hint = did_you_mean(dataset, PUBLICATIONS)
        raise RequestError(f"dataset {dataset!r} is not published: {hint}")
    return PUBLICATIONS[dataset]
