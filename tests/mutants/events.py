"""Events with the columns of the LHC Olympics that obey the physics, and datasets that do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

import bench

UNITS = {"pt": "GeV", "eta": "1", "phi": "rad", "e": "GeV", "m": "GeV", "n": "1", "pt_lead": "GeV"}
NAMES = (
    *(f"{jet}_{quantity}" for jet in ("j1", "j2") for quantity in UNITS),
    *("dr_jj", "n_particles", "m_jj"),
)
COLUMNS = tuple(
    bench.Column(name, UNITS.get(name.partition("_")[2], "GeV"), f"the {name} of the event")
    for name in NAMES
)


def table(n: int, seed: int, heavier: float = 90.0) -> bench.Table:
    """Two back-to-back jets an event; those of signal are heavier, by so many GeV."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    big = y.astype(np.int64)
    pt = np.sort(rng.normal(1500 + 100 * big[:, None], 120, size=(n, 2)), axis=1)[:, ::-1]
    eta = rng.normal(0, 0.5, size=(n, 2))
    phi = rng.uniform(-np.pi, 0, size=n)
    phi = np.stack([phi, phi + np.pi - 0.1], axis=1)
    m = rng.normal(150 + heavier * big[:, None], 60, size=(n, 2)).clip(5)
    count = rng.poisson(90 - 5 * big[:, None], size=(n, 2)) + 10
    lead = pt / count * rng.uniform(3, 8, size=(n, 2))
    e = np.hypot(pt * np.cosh(eta), m)
    momenta = np.stack([e, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    total = momenta.sum(axis=2)
    m_jj = np.sqrt(total[0] ** 2 - (total[1:] ** 2).sum(axis=0))
    dr = np.hypot(eta[:, 0] - eta[:, 1], np.pi - 0.1)
    jets = [np.stack([q[:, j] for q in (pt, eta, phi, e, m, count, lead)], axis=1) for j in (0, 1)]
    event = np.stack([dr, count.sum(axis=1) + rng.poisson(20, n), m_jj], axis=1)
    x = np.concatenate([*jets, event], axis=1).astype(np.float32)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x, y, ids, np.ones(n))


def changed(made: bench.Table, **columns: np.ndarray) -> bench.Table:
    """The table with other values in some columns."""
    x = made.x.copy()
    for name, values in columns.items():
        x[:, NAMES.index(name)] = values
    return replace(made, x=x)


@dataclass(frozen=True)
class Jets(bench.Dataset):
    """Sound events."""

    name = "jets"
    mass = "m_jj"
    events: ClassVar[int] = 3000

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        return bench.Source(edition or "twin", context.data, f"{self.name}-1")

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        return table(self.events, 1)


@dataclass(frozen=True)
class Foreign(Jets):
    """Sound events that were not fitted on."""

    name = "foreign"
    train = "jets"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        return table(1000, 2)


@dataclass(frozen=True)
class OtherSignal(Foreign):
    """The signal to evaluate on is another one than was fitted on."""

    name = "other-signal"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        return table(1000, 2, heavier=20.0)


@dataclass(frozen=True)
class SumOfMasses(Jets):
    """m_jj is the sum of the jets' masses, as the study diary had it."""

    name = "sum-of-masses"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(self.events, 1)
        return changed(made, m_jj=made.column("j1_m") + made.column("j2_m"))


@dataclass(frozen=True)
class UnsortedJets(Jets):
    """Jets in the order in which they were found."""

    name = "unsorted-jets"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(self.events, 1)
        x, half = made.x.copy(), len(UNITS)
        x[::2, :half], x[::2, half : 2 * half] = made.x[::2, half : 2 * half], made.x[::2, :half]
        return replace(made, x=x)


@dataclass(frozen=True)
class ShiftedConstituents(Jets):
    """What was counted in the jets belongs to the event before."""

    name = "shifted-constituents"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(self.events, 1)
        return changed(made, j1_n=np.roll(made.column("j1_n"), 1))


@dataclass(frozen=True)
class LabelInFeature(Jets):
    """The label slipped into a column."""

    name = "label-in-feature"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(self.events, 1)
        noise = np.random.default_rng(0).normal(0, 0.05, len(made))
        return changed(made, n_particles=200 + 50 * (made.y + noise))


@dataclass(frozen=True)
class CopiedEvent(Jets):
    """Events that were fitted on, written again with their last digits rounded, in other data."""

    name = "copied-event"
    train = "jets"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        other, fitted = table(1000, 2), table(Jets.events, 1)
        x = other.x.copy()
        lowest = int(np.argmin(fitted.ids))  # surely in the train sample
        x[7] = fitted.x[lowest] * np.float32(1 + 1e-7)
        return replace(other, x=x)


@dataclass(frozen=True)
class EmptyColumn(Jets):
    """A column that was never filled in the data to evaluate on."""

    name = "empty-column"
    train = "jets"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(1000, 2)
        return changed(made, n_particles=np.full(len(made), 999.0))


@dataclass(frozen=True)
class BackgroundAlone(Jets):
    """Data without signal, to fit on."""

    name = "background-alone"

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        made = table(self.events, 1)
        return replace(made, y=np.zeros_like(made.y))


@dataclass(frozen=True)
class OnBackground(Foreign):
    """Sound events, fitted on data without signal."""

    name = "on-background"
    train = "background-alone"
