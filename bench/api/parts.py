"""What plugins subclass: datasets, encoders, models, metrics; frozen dataclasses of options."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from bench.api.errors import RequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context, Source
    from bench.api.dataset_requests import ImportRequest, SimulationRequest
    from bench.api.inputs import Inputs
    from bench.api.scores import Estimate, Scored
    from bench.api.table import Column, Table
    from bench.api.vocabulary import Derived, Vocabulary


@dataclass(frozen=True)
class Part(ABC):
    """Anything a plugin offers; its fields are its options, the text under a field its help."""

    name: ClassVar[str]
    symmetries: ClassVar[frozenset[str]] = frozenset()
    """What may be done to events and leaves views or scores as they are, for guards to try: of
    encoders `phi rotation`, of models `particle order`, the order of an event's particles."""

    def content(self) -> str:
        """The content hash of the files that options name, if any; part of every cache's key.

        Without it a changed file under the same name is not seen: `bench.file_digest(path)`.
        """
        return ""


class Dataset(Part):
    """Events with labels, as a table of features."""

    ratio: ClassVar[str] = "natural"
    """The class ratio of an evaluation sample unless the user asks for another one."""
    train: ClassVar[str | None] = None
    """The dataset that a model is fitted on unless the user names one; None: this one."""
    mass: ClassVar[str | None] = None
    """The column of the resonance mass in GeV, whose background spectrum no cut is to sculpt."""
    recognizes_files: ClassVar[bool] = True
    """Whether it is asked of a file of which nobody says what dataset it is of."""

    @abstractmethod
    def open(self, edition: str | None, file: Path | None, context: Context) -> Source:
        """Find the events, making a twin where one is wanted and there is none.

        Args:
            edition: the edition wanted; None for the official one if here, else the twin.
            file: a file to read as this dataset in place of the one kept in `context.data`.
            context: its `data` folder is where files are kept.

        Raises:
            BenchError: there is no such edition here and it cannot be made.
        """

    @abstractmethod
    def table(self, source: Source, context: Context) -> Table:
        """The features of every event of the source.

        Raises:
            InputError: the file is not what it should be.
        """

    def get(self, context: Context) -> Path:
        """Download the published file into `context.data`, verified; gives its path."""
        raise RequestError(f"dataset {self.name!r} has no published file to download")

    def make(self, simulation: SimulationRequest, context: Context) -> Path:
        """Simulate the twin into `context.data`; gives its path."""
        raise RequestError(f"dataset {self.name!r} has no simulation")

    def check(self, file: Path, context: Context) -> Sequence[str]:
        """Validate a file of this dataset; gives what was found, a line each.

        Raises:
            InputError: what is wrong with the file, in one line.
        """
        raise RequestError(f"dataset {self.name!r} has no file to check")

    def import_file(self, request: ImportRequest, context: Context) -> Sequence[str]:
        """Make a dataset like this one of a file in another layout; gives what was done, in lines.

        Raises:
            BenchError: a bad file or a bad request, in one line; then nothing is kept.
        """
        raise RequestError(f"dataset {self.name!r} takes no file in another layout")

    def vocabulary(self, columns: Sequence[Column]) -> Vocabulary:
        """What people may say of an event, and in which words; the columns by their names."""
        from bench.api.vocabulary import Vocabulary

        return Vocabulary.of(columns)

    def arrange(self, said: Mapping[str, float], columns: Sequence[Column]) -> Mapping[str, str]:
        """Other names of said quantities, where the objects are in another order than said."""
        return {}

    def derive(self, said: Mapping[str, float], columns: Sequence[Column]) -> Sequence[Derived]:
        """All that follows from said values, by name, in the units of `vocabulary`."""
        return ()

    def card(self) -> str:
        """The dataset's card in TOML: the file `cards/NAME.toml` of its package."""
        from importlib.resources import files

        package = type(self).__module__.partition(".")[0]
        with suppress(TypeError):  # a plugin that is a single module has no files, says Python 3.11
            card = files(package) / f"cards/{self.name}.toml"
            if card.is_file():
                return card.read_text(encoding="utf-8")
        raise RequestError(f"dataset {self.name!r} has no card")


class Encoder(Part):
    """Turns features into views that a model reads."""

    produces: ClassVar[frozenset[str]]
    """The names of the views that `encode` gives."""
    trainable_views: ClassVar[frozenset[str]] = frozenset()
    """Those of them that a module of the encoder's stands behind, which the model has to train."""

    def learn(self, train: Table) -> Mapping[str, NDArray[np.generic]]:
        """All that has to be known of the train split to encode; kept with the fit."""
        return {}

    @abstractmethod
    def encode(
        self, table: Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[object] | NDArray[np.generic]]:
        """The views of every event, by name; in this table every label is 0, every weight 1."""

    def view_module(self, view: str, learned: Mapping[str, NDArray[np.generic]]) -> Any:
        """A new torch module from one of `trainable_views` to what the model's own network reads.

        It takes (b, d) float32 numbers, scaled by the model to mean 0 and spread 1 in the train
        split, and gives (b, any) for each event by itself. It draws from torch's generator, which
        the model seeds; the model trains, saves and loads its parameters, in float32.
        """
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ViewModule:
    """Makes the network of an encoder for one view; a new one each time it is called."""

    encoder: Encoder
    view: str
    learned: Mapping[str, NDArray[np.generic]]
    """What the encoder learned of the train split."""

    def __call__(self) -> Any:
        """A torch module, as `Encoder.view_module` says."""
        return self.encoder.view_module(self.view, self.learned)


@dataclass(frozen=True)
class Rendered:
    """The tokens of n events, as a model of texts reads them."""

    trained: Sequence[Sequence[int]]
    """Prompt and answer, as they are trained on."""
    scored: Sequence[Sequence[int]]
    """The prompt whose answer is asked for."""


class Fitted(Protocol):
    """A model that has been fitted."""

    def score(self, inputs: Inputs) -> NDArray[np.floating]:
        """P(signal) of each event: (n,), in [0, 1]; NaN where there is no answer."""

    def save(self, folder: Path) -> None:
        """Write all that `Model.load` needs into the folder, which is there and empty."""


class Model(Part):
    """Fits and scores."""

    reads: ClassVar[frozenset[str]]
    """The views it reads."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Those of the views that it can score without."""
    reads_if_given: ClassVar[frozenset[str]] = frozenset()
    """The views that it reads as well, where an encoder gives them."""
    trainable_views: ClassVar[frozenset[str]] = frozenset()
    """Those whose module, `context.view_modules[view]()`, it trains where an encoder brings one."""
    encoder: ClassVar[str | tuple[str, ...]]
    """The default encoder, or several that give its views together."""
    uses_device: ClassVar[bool] = False
    """Whether it works on `context.device`; else on the CPU, whatever device is asked for."""
    supports_warm_start: ClassVar[bool] = False
    """Whether `fit` can go on from an earlier fit, which it finds at `context.warm_start`."""
    scoring: ClassVar[frozenset[str]] = frozenset()
    """Options that change how it scores and not how it is fitted; `load` heeds them."""

    @property
    def depends_on(self) -> frozenset[str]:
        """The views, or columns of one such as `numbers[3]`, that its scores depend on, as set up.

        A yardstick that is not meant to learn has none; no guard asks of it that it does.
        """
        return self.reads | self.reads_if_given

    @property
    def target_views(self) -> Mapping[str, str]:
        """Views that it learns to give beside its answer, each with the encoder that gives it.

        They are given with the train events of a fit alone, and are no input of any kind.
        """
        return {}

    def device_problem(self, device: str) -> str | None:
        """Why it cannot work on `cuda` or `cuda:1` here, asked before any work; None if it can."""
        return None

    def join_ranks(self, device: str) -> Callable[[bytes], bytes]:
        """Meet the other processes of a launcher, to `fit` in all at once with `context.ranks`.

        Gives what hands all of them what the first one says. A fit breaks in all or in none.
        """
        raise RequestError(f"{self.name} is fitted by one process, and several were launched")

    @abstractmethod
    def fit(self, train: Inputs, valid: Inputs, context: Context) -> Fitted:
        """Fit to the train split; the valid split is for stopping and choosing only."""

    @abstractmethod
    def load(self, folder: Path, context: Context) -> Fitted:
        """What `Fitted.save` wrote, in a fresh process, with equal scores."""

    def export(self, saved: Path, folder: Path, context: Context) -> Mapping[str, object]:
        """Write a saved fit, beside `bench.json`, for `load` and others; gives front matter."""
        copytree(saved, folder, dirs_exist_ok=True)
        return {}

    def preview(self, train: Inputs, context: Context) -> str:
        """The first event of the train split as the model reads it, for `bench run --dry-run`."""
        return "\n".join(f"{name}: {view[0]}" for name, view in sorted(train.views.items()))

    def count_tokens(self, inputs: Inputs, context: Context) -> NDArray[np.integer] | None:
        """Tokens that the model reads of each event: (n,); None where it reads none."""
        return None

    def fit_size(self, inputs: Inputs, context: Context) -> float | None:
        """Bytes that a fit to such inputs takes on disk; None where past fits tell well enough."""
        return None

    def render(self, inputs: Inputs, context: Context) -> Rendered | None:
        """The tokens of each event as they are trained on and scored; None where it reads none."""
        return None


class Metric(Part):
    """Judges scores."""

    @abstractmethod
    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """One or more figures by name, each with its 95 % interval."""
