"""What a part is handed to work with: seed, device, folders, progress, logging; nothing global."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Inputs
    from bench.api.table import Table


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


@dataclass(frozen=True)
class Source:
    """Where the events of one edition of a dataset come from."""

    edition: str
    """`official`: the published file; `twin`: our simulation of it; `imported`: the user's own."""
    file: Path
    digest: str
    """Content hash of all the bytes that the events are made from."""
    beside: tuple[Path, ...] = ()
    """Files that `table` writes beside the features, which are made anew where one is missing."""


class HasTable(Protocol):
    """A dataset, as far as another one asks for its features."""

    def table(self, source: Source, context: Context) -> Table:
        """The features of every event of the source."""


@dataclass(frozen=True)
class TrainingHandle:
    """The live objects of a training by gradients; shown once, before its first step.

    `context.watch(bench.TrainingHandle(network, optimizer, trainable, score))` is all that a model
    has to do: the guards hang on to the optimizer's steps by themselves.
    """

    network: Any
    """A torch module."""
    optimizer: Any
    """A torch optimizer over its parameters."""
    trainable: Collection[str]
    """Names of the parameters that are to be trained, said apart from what `requires_grad` says."""
    score: Callable[[Inputs], NDArray[np.floating]]
    """P(signal), (n,), as the network stands; it and the random numbers stay as they are."""


def no_notice(*_: object) -> None:
    """A notice or a log that goes nowhere."""


@dataclass(frozen=True)
class Context:
    """The surroundings of one piece of work."""

    data: Path
    """Folder of data files: downloads and simulations, kept; it may have to be made."""
    scratch: Path
    """Folder for what may be thrown away afterwards."""
    checkpoints: Path
    """Folder for what lets an interrupted fit go on; the same fit finds the same one again."""
    warm_start: Path | None = None
    """Folder of the fitted model to go on from, as `Fitted.save` wrote it."""
    seed: int = 0
    device: str = "cpu"
    """`cpu`, `cuda` or `cuda:1`."""
    jobs: int = 1
    """How many worker processes or threads may be used."""
    spread: Callable[[Callable[[str], object], Sequence[str]], Iterator[str]] | None = None
    """Calls a module's function for each of many texts, in processes of maybe other machines which
    share these folders and nothing else; gives a text when it is done. None: do it by `jobs`."""
    ranks: int = 1
    """How many processes fit this together, each by its own `fit`; see `Model.join_ranks`."""
    progress: Progress = no_progress
    notice: Callable[[str], None] = no_notice
    """Tells the user one line."""
    log: Callable[[int, Mapping[str, float]], None] = no_notice
    """Records training scalars of one step: `context.log(step, {"loss": 0.69})`."""
    watch: Callable[[TrainingHandle], None] = no_notice
    """Shows a training by gradients to the guards, once, before its first step."""
    table: Callable[[HasTable, Source, Context], Table] = lambda dataset, *of: dataset.table(*of)
    """Gives a dataset the features of another one of its package, which may be there already."""
    view_modules: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """By view, what makes the networks that encoders put before the model's own."""
