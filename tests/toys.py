"""A dataset and models small enough to run the whole way in a test."""

from __future__ import annotations

import json
import signal as signals
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import bench
from bench.plugins.registry import PluginEntry, Registry, load_registry
from bench.storage.home import Home
from bench.storage.store import Store


def events(n: int, seed: int) -> bench.Table:
    """Signal and background, half and half, apart in the first of two features."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    x = rng.normal(size=(n, 2)).astype(np.float32)
    x[:, 0] += 2 * y
    columns = (bench.Column("mass", "GeV", "tells"), bench.Column("noise", "1", "tells nothing"))
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(columns, x, y, ids, np.ones(n))


GUARDS = tuple(load_registry().guards)
"""Every guard there is."""


@dataclass(frozen=True)
class Toy(bench.Dataset):
    """Events out of a generator, or out of a file that says how many."""

    name = "toy"
    mass = "mass"
    shift: float = 0.0
    """Added to the first feature."""

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        path = file or context.data / "toy.txt"
        if not path.is_file():
            raise bench.InputError(f"{path} is not there")
        return bench.Source(edition or "twin", path, bench.file_digest(path))

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = events(*(int(word) for word in source.file.read_text().split()))
        made.x[:, 0] += self.shift
        return made


@dataclass(frozen=True)
class Cut(bench.Model):
    """The first feature through a logistic, between the means of the two classes."""

    name = "cut"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    supports_warm_start = True
    uses_device = True
    scoring = frozenset({"offset"})
    breaks: bool = False
    """Break on fitting."""
    interrupted: bool = False
    """Be interrupted on fitting."""
    scale: float = 1.0
    """Of the logistic; below 0 the scores are wrong."""
    offset: float = 0.0
    """Added to the centre when scoring."""

    def device_problem(self, device: str) -> str | None:
        return "it has no such device"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        if self.breaks:
            raise ZeroDivisionError("on purpose")
        if self.interrupted:
            signals.raise_signal(signals.SIGINT)
        context.log(0, {"loss": 0.5})
        (context.checkpoints / "seen").write_text("x")
        feature = train.views["numbers"][:, 0]
        background, signal = (float(feature[train.y == label].mean()) for label in (0, 1))
        centre = (background + signal) / 2
        if context.warm_start:
            centre += self.load(context.warm_start, context).centre
        return FittedCut(centre, self.scale, rising=bool(signal > background))

    def load(self, folder: Path, context: bench.Context) -> FittedCut:
        fields = json.loads((folder / "cut.json").read_text())
        return FittedCut(fields["centre"] + self.offset, fields["scale"], fields["rising"])


@dataclass(frozen=True)
class FittedCut:
    """A centre, a scale, and which side of it is signal."""

    centre: float
    scale: float
    rising: bool = True

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        raw = (inputs.views["numbers"][:, 0] - self.centre) * (1 if self.rising else -1)
        return np.sign(self.scale) / (1 + np.exp(-raw / abs(self.scale)))

    def save(self, folder: Path) -> None:
        (folder / "cut.json").write_text(json.dumps(vars(self)))


@dataclass(frozen=True)
class Workplace:
    """A home, a store and a registry with the toys in it."""

    home: Home
    store: Store
    registry: Registry
    notices: list[str]

    @classmethod
    def at(cls, folder: Path) -> Workplace:
        registry = load_registry()
        place = cls(Home(folder / "home"), Store(folder / "runs"), registry, [])
        place.add(Toy, Divided, Cut)
        place.home.data.mkdir(parents=True)
        # one smoke fit of the same parts serves all tests of a session
        smoke_fits = folder.parent / "smoke fits"
        smoke_fits.mkdir(exist_ok=True)
        place.home.smoke_fits.symlink_to(smoke_fits, target_is_directory=True)
        (place.home.data / "toy.txt").write_text("4000 1")
        return place

    def add(self, *parts: type[bench.Part]) -> None:
        """Register parts as a plugin of the core would."""
        for part in parts:
            kind = next(kind for kind in self.registry.entries if issubclass(part, kind))
            entry = PluginEntry(part, part.name, "classifier-bench", "0")
            self.registry.entries[kind][part.name] = entry

    @property
    def context(self) -> bench.Context:
        return bench.Context(
            data=self.home.data,
            scratch=self.home.scratch,
            checkpoints=self.home.fits,
            notice=self.notices.append,
        )


@dataclass(frozen=True)
class Divided(Toy):
    """The same events, whose author says which is for training and which for the test.

    Of each ten, six are for training, three for the test, and one is left open.
    """

    name = "divided"
    valid: bool = False
    """Take every fifth of the train part for the valid part."""

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = super().table(source, context)
        place = np.arange(len(made)) // 2 % 10  # both classes alike
        parts = bench.Split
        splits = np.select([place < 6, place < 9], [parts.TRAIN, parts.TEST], parts.OPEN)
        if self.valid:
            splits = np.where(place == 0, parts.VALID, splits)
        return replace(made, splits=splits.astype(np.int8))
