"""What is published of each dataset, in which Zenodo record, and where its labels are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench_lhco.cards import FileCard


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

    def labels(self, file: Path, allowed: Sequence[int]) -> NDArray[np.int8] | int | None:
        """What `slices` needs as the labels of a file of this dataset.

        None if the file has a label column; else the master key beside it: (events,); else the
        one label of every event.

        Raises:
            InputError: no such file of events, no master key beside it, or one that does not fit.
        """
        from bench_lhco.files import inspected, read_key

        layout = inspected(file).layout
        if layout.labelled:
            return None
        if self.key is None:
            return self.label
        return read_key(file.with_name(self.key.name), layout.events, allowed)


def publication(dataset: str) -> Publication:
    """What is published of a dataset, by its card.

    Raises:
        RequestError: no such dataset.
    """
    from bench_lhco.cards import shipped_card

    card = shipped_card(dataset)
    events, key = card.file("events"), card.file("key")
    if events is None:
        raise InputError(f"the card of {dataset} has no file of events, wanted one")
    return Publication(
        _published(events),
        key=_published(key) if key is not None else None,
        label=events.label,
    )


def _published(file: FileCard) -> PublishedFile:
    if file.record is None:
        raise InputError(f"the card of {file.name} tells no record, wanted its number")
    return PublishedFile(file.record, file.name, file.sha256)
