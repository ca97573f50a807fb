"""What a part is handed to work with: seed, device, folders, progress, logging; nothing global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bench.fronts import Front
    from bench.parts import Dataset, Source
    from bench.table import Table
    from bench.training import Training


class Bar(Protocol):
    """A progress bar under way."""

    def advance(self, steps: float = 1) -> None:
        """Say that so many steps more are done."""


class Progress(Protocol):
    """Starts progress bars."""

    def __call__(self, label: str, total: float, done: float = 0) -> AbstractContextManager[Bar]:
        """A bar from `done` (which do not count for the speed) to `total` steps."""


class _NoBar:
    def advance(self, steps: float = 1) -> None:
        """Nothing is shown."""


def no_progress(label: str, total: float, done: float = 0) -> AbstractContextManager[Bar]:
    """A progress that shows nothing."""
    return nullcontext(_NoBar())


def _made(dataset: Dataset, source: Source, context: Context) -> Table:
    """A table that nothing keeps."""
    return dataset.table(source, context)


def _silent(*_: object) -> None:
    """A notice or a log that goes nowhere."""


@dataclass(frozen=True)
class Context:
    """The surroundings of one piece of work."""

    data: Path
    """Folder of data files: downloads and simulations, kept."""
    scratch: Path
    """Folder for what may be thrown away afterwards."""
    checkpoints: Path
    """Folder for what lets an interrupted fit go on; the same fit finds the same one again."""
    start: Path | None = None
    """Folder of the fitted model to go on from, as `Fitted.save` wrote it."""
    seed: int = 0
    device: str = "cpu"
    """`cpu`, `cuda` or `cuda:1`."""
    jobs: int = 1
    """How many worker processes or threads may be used."""
    progress: Progress = no_progress
    notice: Callable[[str], None] = _silent
    """Tells the user one line."""
    log: Callable[[int, Mapping[str, float]], None] = _silent
    """Records training scalars of one step: `context.log(step, {"loss": 0.69})`."""
    watch: Callable[[Training], None] = _silent
    """Shows a training by gradients to the guards, once, before its first step."""
    table: Callable[[Dataset, Source, Context], Table] = _made
    """Gives a dataset the features of another one of its package, which may be there already."""
    fronts: Mapping[str, Front] = field(default_factory=dict)
    """What makes the networks that encoders put before the model's own, by view; for `fit` and
    `load` alike."""
