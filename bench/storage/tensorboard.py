"""TensorBoard's event files, written where they are made: whatever the disk refuses is known there.

tensorboardX's own writer hands events to a thread of its own. A write that is refused ends that
thread: what is queued is lost without a word, and who adds more waits for ever.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboardX.event_file_writer import EventsWriter

PREFIX = "events"
"""What event files are called, before what TensorBoard knows them by."""


def has_tensorboard() -> bool:
    """Whether event files can be written here."""
    return find_spec("tensorboardX") is not None


class EventFile:
    """An event file of scalars; TensorBoard can watch its folder."""

    def __init__(self, folder: Path) -> None:
        from tensorboardX.event_file_writer import EventsWriter

        folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventsWriter(str(folder / PREFIX))
        self._at_last = weakref.finalize(self, _closed, self._writer)

    def add(self, step: int, scalars: Mapping[str, float]) -> None:
        """Write the scalars of one step.

        Raises:
            OSError: the disk refuses it.
        """
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar

        for name, value in scalars.items():
            event = Event(summary=scalar(name, value), step=step, wall_time=time.time())
            self._writer.write_event(event)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left.

        Raises:
            OSError: the disk refuses it.
        """
        self._writer.close()
        self._at_last.detach()


def _closed(writer: EventsWriter) -> None:
    """Close the file of a fit that is over, as whatever could be refused was before."""
    with suppress(OSError):
        writer.close()
    with suppress(OSError):
        writer._py_recordio_writer.close()  # which a refused flush has left open
