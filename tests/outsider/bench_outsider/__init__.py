"""A stranger's plugin, which knows nothing of the bench but its public names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "means.npz"


@dataclass(frozen=True)
class Clouds(bench.Dataset):
    """Two clouds in five features, drawn from a seed."""

    name = "clouds"

    apart: float = 1.0
    """Distance of the clouds' centres in each feature."""

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        """There is a twin only, and it is made of nothing."""
        if file or edition == "official":
            raise bench.RequestError("clouds are drawn; there is no file of them")
        return bench.Source("twin", context.data, f"clouds-{self.apart}")

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        """6000 events, half of them signal."""
        import numpy as np

        rng = np.random.default_rng(5)
        y = (np.arange(6000) % 2).astype(np.int8)
        x = rng.normal(size=(6000, 5)) + self.apart * y[:, None]
        columns = tuple(bench.Column(f"c{i}", "1", f"coordinate {i}") for i in range(5))
        ids = rng.integers(0, 2**64, size=6000, dtype=np.uint64)
        return bench.Table(columns, x.astype(np.float32), y, ids, np.ones(6000))


@dataclass(frozen=True)
class Squares(bench.Encoder):
    """Each number and its square."""

    name = "squares"
    produces = frozenset({"numbers"})

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, 2 d) float32."""
        import numpy as np

        return {"numbers": np.concatenate([table.x, table.x**2], axis=1)}


@dataclass(frozen=True)
class NearestMean(bench.Model):
    """How much nearer an event is to the mean of signal than to that of background."""

    name = "nearest-mean"
    reads = frozenset({"numbers"})
    encoder = "squares"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Means:
        """Means of the classes, in spreads of the train split."""
        import numpy as np

        numbers = np.asarray(train.views["numbers"], dtype=np.float64)
        spread = numbers.std(axis=0)
        spread[spread == 0] = 1.0
        background, signal = (numbers[train.y == label].mean(axis=0) for label in (0, 1))
        return Means(background, signal, spread)

    def load(self, folder: Path, context: bench.Context) -> Means:
        """What `Means.save` wrote."""
        import numpy as np

        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return Means(arrays["background"], arrays["signal"], arrays["spread"])


@dataclass(frozen=True, eq=False)
class Means:
    """Means of the two classes."""

    background: NDArray[np.float64]  # (d,)
    signal: NDArray[np.float64]  # (d,)
    spread: NDArray[np.float64]  # (d,)

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,)."""
        import numpy as np

        numbers = np.asarray(inputs.views["numbers"], dtype=np.float64)
        near, far = (
            (((numbers - mean) / self.spread) ** 2).mean(axis=1)
            for mean in (self.signal, self.background)
        )
        return 1 / (1 + np.exp((near - far).clip(-50, 50)))

    def save(self, folder: Path) -> None:
        """One npz file."""
        import numpy as np

        arrays = {"background": self.background, "signal": self.signal, "spread": self.spread}
        np.savez(folder / FILE, allow_pickle=False, **arrays)


@dataclass(frozen=True)
class Answered(bench.Metric):
    """Share of the events that got an answer."""

    name = "answered"

    def estimate(self, scored: bench.Scored) -> Mapping[str, bench.Estimate]:
        """`answered`, without an interval: it is a count."""
        return {"answered": bench.Estimate(float(scored.verdict.mean()), method="count")}


@bench.hookimpl
def bench_datasets() -> Iterable[type[bench.Dataset]]:
    """The clouds."""
    return [Clouds]


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The squares."""
    return [Squares]


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The model."""
    return [NearestMean]


@bench.hookimpl
def bench_metrics() -> Iterable[type[bench.Metric]]:
    """The metric."""
    return [Answered]
