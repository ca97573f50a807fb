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
class Publication:
    """The files of a dataset."""

    events: FileCard
    key: FileCard | None = None
    """The master key, where the labels are apart from the events."""

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
            return self.events.label
        return read_key(file.with_name(self.key.name), layout.events, allowed)


def publication(dataset: str) -> Publication:
    """What is published of a dataset, by its card.

    Raises:
        RequestError: no such dataset.
    """
    from bench_lhco.cards import shipped_card

    card = shipped_card(dataset)
    events = card.file("events")
    if events is None:
        raise InputError(f"the card of {dataset} has no file of events, wanted one")
    return Publication(events, card.file("key"))
