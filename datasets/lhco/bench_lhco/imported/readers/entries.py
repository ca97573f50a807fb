"""Particles in the HDF5 layouts of JetNet and OmniLearned: padded entries, relative to a jet.

Absolute momenta are rebuilt where the file says where its jets are. Files that `bench data export`
wrote hold the particles of their events as they were, which are read then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.events import Particles, ends, padded
from bench_lhco.files.layout import Rows, member, reading, safe_filters
from bench_lhco.files.objects import has
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.readers.hdf5 import searched
from bench_lhco.imported.readers.particles import hardest
from bench_lhco.imported.stream import ROWS, Foreign, Head, Slice
from bench_lhco.imported.units import WORDS, of_particles

if TYPE_CHECKING:
    import h5py
    from numpy.typing import NDArray

EXACT, OFFSETS = "particles", "offsets"
PLAIN = "massless particles are rebuilt from coordinates relative to a jet, to float precision"
AZIMUTH = "the file does not say the jets' azimuth, which is taken as 0"
JETNET = ("particle_features", "jet_features")
OMNILEARNED = ("data", "pid")

ReadParticles = Callable[[int, int], Particles]
"""Gives the particles of the entries from one to before another."""


@dataclass(frozen=True)
class _Layout:
    """What an HDF5 file of entries holds."""

    entries: int
    particles: ReadParticles
    labels: Rows | None
    notes: tuple[str, ...] = ()


def read_jetnet(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file with `particle_features` and `jet_features`, one entry each."""
    yield from _read(foreign, "jetnet", _jetnet)


def read_omnilearned(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file with `data` and `pid`, one entry each."""
    yield from _read(foreign, "omnilearned", _omnilearned)


def known_entries(foreign: Foreign) -> str | None:
    """The name of such a layout, by what lies at the root of a file; None for none of them."""

    def layout(file: h5py.File) -> str | None:
        import h5py

        if all(has(file, name) for name in JETNET):
            return "jetnet"
        data = file["data"] if all(has(file, name) for name in OMNILEARNED) else None
        return "omnilearned" if isinstance(data, h5py.Dataset) and data.ndim == 3 else None

    if foreign.key is not None:
        return None
    with searched(foreign, layout) as result:
        return result


def _read(
    foreign: Foreign, name: str, search: Callable[[h5py.File, Foreign], _Layout]
) -> Iterator[Head | Slice]:
    with searched(foreign, lambda file: search(file, foreign)) as layout:
        measures = of_particles(foreign, WORDS, {})
        yield Head(name, measures=measures, events=layout.entries, notes=layout.notes)
        for first in range(0, layout.entries, ROWS):
            last = min(first + ROWS, layout.entries)
            particles, dropped = hardest(_in_units(layout.particles(first, last), measures))
            said = None if layout.labels is None else layout.labels(first, last)
            labels = None if said is None else said.astype(np.float64)
            yield Slice(padded(particles), labels, None, dropped)


def _in_units(particles: Particles, measures: Sequence[Measure]) -> Particles:
    factors = [measure.unit.factor for measure in measures]
    if all(factor == 1 for factor in factors):
        return particles
    return Particles((particles.values * factors).astype(np.float32), particles.offsets)


def _jetnet(file: h5py.File, foreign: Foreign) -> _Layout:
    names = [name for name in JETNET if not has(file, name)]
    if names:
        raise InputError(f"{foreign.file}: there is no {names[0]}, wanted {' and '.join(JETNET)}")
    features = _array(file, JETNET[0], foreign, (None, None, 4))
    jets = _array(file, JETNET[1], foreign, (len(features), None))
    if jets.shape[1] < 3:
        raise InputError(
            f"{foreign.file}: {jets.name} has {jets.shape[1]} columns, wanted pt, eta and mass,"
            " without which no momentum can be rebuilt"
        )
    labels = _labels(file, "label", foreign, len(features))
    if exact := _exact(file, foreign, len(features)):
        return _Layout(len(features), exact, labels)
    has_azimuth = has(file, "jet_phi")
    azimuths = _rows(file, "jet_phi", foreign, (len(features),)) if has_azimuth else None
    values, of_jets = reading(features, foreign.file), reading(jets, foreign.file)

    def particles(first: int, last: int) -> Particles:
        entries = values(first, last).astype(np.float64)
        jet = of_jets(first, last).astype(np.float64)
        phi = np.zeros(len(jet)) if azimuths is None else azimuths(first, last)
        axis = np.stack([jet[:, 1], phi.astype(np.float64)], axis=1)
        return _absolute(entries[..., :2], entries[..., 2] * jet[:, :1], entries[..., 3] > 0, axis)

    return _Layout(len(features), particles, labels, (PLAIN, *(() if has_azimuth else (AZIMUTH,))))


def _omnilearned(file: h5py.File, foreign: Foreign) -> _Layout:
    names = [name for name in OMNILEARNED if not has(file, name)]
    if names:
        both = " and ".join(OMNILEARNED)
        raise InputError(f"{foreign.file}: there is no {names[0]}, wanted {both}")
    data = _array(file, "data", foreign, (None, None, None))
    labels = _labels(file, "pid", foreign, len(data))
    if exact := _exact(file, foreign, len(data)):
        return _Layout(len(data), exact, labels)
    columns = _columns(file, foreign)
    if data.shape[2] < 3 or not {"jet_eta", "jet_phi"} <= set(columns):
        raise InputError(
            f"{foreign.file}: nothing says where its jets are, so that momenta cannot be rebuilt;"
            " wanted `global` with an attribute `columns` that names jet_eta and jet_phi"
        )
    at = [columns.index("jet_eta"), columns.index("jet_phi")]
    values = reading(data, foreign.file)
    of_jets = _rows(file, "global", foreign, (len(data), len(columns)))

    def particles(first: int, last: int) -> Particles:
        entries = values(first, last).astype(np.float64)
        axis = of_jets(first, last)[:, at].astype(np.float64)
        with np.errstate(over="ignore"):  # infinite, so refused later
            return _absolute(entries[..., :2], np.exp(entries[..., 2]), entries[..., 2] != 0, axis)

    return _Layout(len(data), particles, labels, (PLAIN,))


def _absolute(
    relative: NDArray[np.float64],
    pt: NDArray[np.float64],
    real: NDArray[np.bool_],
    axis: NDArray[np.float64],
) -> Particles:
    """Particles of padded entries from their coordinates about an axis.

    Args:
        relative: (n, p, 2), pseudorapidity and azimuth from the axis.
        pt: (n, p), GeV.
        real: (n, p), whether there is such a particle.
        axis: (n, 2), pseudorapidity and azimuth.
    """
    eta = relative[..., 0] + axis[:, :1]
    phi = np.remainder(relative[..., 1] + axis[:, 1:] + np.pi, 2 * np.pi) - np.pi
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.stack([pt, eta, phi], axis=2)[real].astype(np.float32)
    return Particles(values, ends(np.count_nonzero(real, axis=1)))


def _exact(file: h5py.File, foreign: Foreign, entries: int) -> ReadParticles | None:
    """What gives the particles as they were, where a file has them."""
    if not (has(file, EXACT) and has(file, OFFSETS)):
        return None
    values = _rows(file, EXACT, foreign, (None, 3))
    total = len(file[EXACT])
    offsets = _array(file, OFFSETS, foreign, (entries + 1,))
    if offsets.dtype.kind not in "iu":
        raise InputError(f"{foreign.file}: {offsets.name} holds no whole numbers, wanted offsets")
    read = reading(offsets, foreign.file)

    def particles(first: int, last: int) -> Particles:
        places = read(first, last + 1).astype(np.int64)
        if places[0] < 0 or places[-1] > total or (np.diff(places) < 0).any():
            raise InputError(f"{foreign.file}: {offsets.name} does not ascend within {EXACT}")
        stored = values(int(places[0]), int(places[-1])).astype(np.float32)
        return Particles(stored, places - places[0])

    return particles


def _labels(file: h5py.File, name: str, foreign: Foreign, entries: int) -> Rows | None:
    return _rows(file, name, foreign, (entries,)) if has(file, name) else None


def _columns(file: h5py.File, foreign: Foreign) -> list[str]:
    """What the columns of `global` are called; nothing where the file does not say it."""
    if not has(file, "global"):
        return []
    attributes = _array(file, "global", foreign, (None, None)).attrs
    if "columns" not in attributes or attributes.get_id("columns").dtype.kind not in "SO":
        return []
    return [str(name) for name in np.asarray(attributes["columns"]).astype(str).ravel()]


def _rows(file: h5py.File, name: str, foreign: Foreign, shape: tuple[int | None, ...]) -> Rows:
    return reading(_array(file, name, foreign, shape), foreign.file)


def _array(
    file: h5py.File, name: str, foreign: Foreign, shape: tuple[int | None, ...]
) -> h5py.Dataset:
    """An array of numbers that is safe to read and has this shape; None is any length.

    Raises:
        InputError: there is none such.
    """
    import h5py

    array = member(file, name, h5py.Dataset, foreign.file)
    fits = len(array.shape) == len(shape) and all(
        length in (None, got) for length, got in zip(shape, array.shape, strict=True)
    )
    if not fits or array.dtype.kind not in "fiub":
        axes = ", ".join("any" if length is None else str(length) for length in shape)
        raise InputError(
            f"{foreign.file}: {array.name} holds {array.dtype!s:.40} of shape {array.shape},"
            f" wanted numbers of shape ({axes})"
        )
    safe_filters(array, foreign.file)
    return array
