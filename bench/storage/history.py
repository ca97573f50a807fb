"""Training scalars: a JSON object a line, and TensorBoard's event files of the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError
from bench.storage.extras import command
from bench.storage.files import naming
from bench.storage.parse import parsed
from bench.storage.secrets import masked
from bench.storage.tensorboard import EventFile, has_tensorboard

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

HISTORY = "history.jsonl"
TENSORBOARD = "tensorboard"


class History:
    """The scalars of a fit under way, kept beside its checkpoints so that nothing is lost."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / HISTORY
        self.events = folder / TENSORBOARD
        self._live: EventFile | None = None
        self._refused = False

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        """Add the scalars of one step; TensorBoard can watch the folder meanwhile."""
        import msgspec

        scalars = {masked(name): value for name, value in scalars.items()}
        with self.path.open("ab") as stream:
            stream.write(msgspec.json.encode({"step": step, **scalars}) + b"\n")
        self._show(step, scalars)

    def _show(self, step: int, scalars: Mapping[str, float]) -> None:
        """Let TensorBoard see the scalars of one step; without, where the disk refuses that."""
        if self._refused or not _has_tensorboard():
            return
        try:
            self._live = self._live or EventFile(self.events)
            self._live.add(step, scalars)
        except OSError as error:
            self._refused = True
            log.warning("TensorBoard cannot watch this fit: %s: %s", self.events, error.strerror)

    def write(self, target: Path) -> None:
        """One line a step: a step that was done again after an interruption counts once."""
        import msgspec

        rows = dict(_rows(self.path)) if self.path.exists() else {}
        lines = [msgspec.json.encode({"step": step, **scalars}) for step, scalars in rows.items()]
        target.write_bytes(b"".join(line + b"\n" for line in lines))


def write_events(history: Path, folder: Path) -> None:
    """TensorBoard's event files of a written history, where what writes them is installed."""
    if not history.exists() or not history.stat().st_size or not _has_tensorboard():
        return
    with naming(folder), closing(EventFile(folder)) as events:
        for step, scalars in _rows(history):
            events.add(step, scalars)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, float]]]:
    for line in path.read_bytes().splitlines():
        try:
            row = parsed(line, dict[str, float | None], path)
        except DamagedError:
            continue  # a line that the interruption cut
        step = row.pop("step", None)
        if step is not None:
            yield int(step), {name: v for name, v in row.items() if v is not None}


@cache
def _has_tensorboard() -> bool:
    """Whether event files can be written; it is said once if not, as a history does without."""
    if has_tensorboard():
        return True
    log.warning("no files for TensorBoard: tensorboardX is not installed; %s", command("report"))
    return False
