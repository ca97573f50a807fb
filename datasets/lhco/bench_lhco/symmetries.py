"""LHCO001 and LHCO002: a symmetry that an encoder or a model declares, and does not have."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PHI_ROTATION, PARTICLE_ORDER = "phi rotation", "particle order"
ANGLES = (2.0, -1.0)
"""By which events are rotated, rad: no multiples of a tower's width. Where an angle is cut from
-pi to pi rounding takes one in a million across, but not by both."""
NEAR = 1e-4
"""Relative, and of 1: what float32 angles make of a view."""
CLOSE = 1e-5
"""What sums in another order make of a score."""


class PhiRotation(bench.Guard[bench.InputEvidence]):
    """An encoder declares the symmetry `phi rotation`, and gives rotated events another view.

    The beams have no azimuth, and no physics is in it: what is learned of it is noise, or the
    order in which events were simulated. The features of jets whose quantity is `phi` are rotated,
    and the particles in the dataset's file of constituents.
    """

    code, name = "LHCO001", "phi-rotation"
    remedy = "make the encoder of differences of azimuths alone, or take its symmetry back"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        """Which view changes, in how many events."""
        import numpy as np

        declared = [e for e in evidence.encoders if PHI_ROTATION in e.symmetries]
        if not declared:
            raise bench.NotApplicableError(f"no encoder declares the symmetry {PHI_ROTATION}")
        if not _can_be_rotated(evidence.few):
            raise bench.NotApplicableError("no feature is a jet's phi")
        evidence.context.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=evidence.context.scratch) as folder:
            rotated = [_rotated(evidence.few, Path(folder), angle) for angle in ANGLES]
            for encoder in declared:
                learned = evidence.learned[encoder.name]
                before, *after = (_views(encoder, t, learned) for t in (evidence.few, *rotated))
                for view in sorted(before):
                    differ = [_differing(before[view], views[view]) for views in after]
                    if count := int(np.logical_and.reduce(differ).sum()):
                        events = f"{count} of {len(evidence.few)} events"
                        yield f"{encoder.name} gives {events} rotated in phi another {view}"


class ParticleOrder(bench.Guard[bench.ProbeEvidence]):
    """A model declares the symmetry `particle order`, and scores reordered particles otherwise.

    The particles of an event are a set, and their order in a file is by pt or by chance. A model
    that heeds it, or that reads the padding, is not the one that it says it is.
    """

    code, name = "LHCO002", "particle-order"
    remedy = "mask the padding and pool over particles, or take the model's symmetry back"

    def check(self, evidence: bench.ProbeEvidence) -> Iterator[str]:
        """How many scores change, and by how much."""
        import numpy as np

        if PARTICLE_ORDER not in evidence.model.symmetries:
            raise bench.NotApplicableError(f"the model declares no symmetry {PARTICLE_ORDER}")
        if evidence.score is None or "particles" not in evidence.inputs.views:
            raise bench.NotApplicableError("no particles whose order could be changed")
        again = evidence.score(_reordered(evidence.inputs))
        apart = np.abs(again - evidence.scores)
        answered = np.isnan(again) == np.isnan(evidence.scores)
        if changed := int(((apart > CLOSE) | ~answered).sum()):
            most = np.nanmax(apart, initial=0.0)
            yield (
                f"{changed} of {len(apart)} events have another score with their particles in "
                f"another order, by up to {most:.2g}"
            )


def _can_be_rotated(table: bench.Table) -> bool:
    """Whether it is known what turns: jets' phi, or particles beside features without any angle."""
    if any(column.quantity == "phi" for column in table.columns):
        return True
    particles = any(file.suffix == ".parquet" for file in table.beside)
    return particles and all(column.unit != "rad" for column in table.columns)


def _views(
    encoder: bench.Encoder, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
) -> Mapping[str, Any]:
    """An encoder's views of events, of which it sees no labels."""
    import numpy as np

    blind = replace(table, y=np.zeros_like(table.y), weights=np.ones_like(table.weights))
    return encoder.encode(blind, learned)


def _differing(before: Any, after: Any) -> NDArray[np.bool_]:
    """Where two views of n events differ by more than rounding: (n,)."""
    import numpy as np

    if not isinstance(before, np.ndarray) or before.dtype.kind not in "fb":
        pairs = zip(before, after, strict=True)
        return np.array([not np.array_equal(one, other) for one, other in pairs], dtype=bool)
    if before.shape != after.shape:
        return np.ones(len(before), dtype=bool)
    near = np.isclose(before, after, rtol=NEAR, atol=NEAR, equal_nan=True)
    same: NDArray[np.bool_] = near.reshape(len(near), -1).all(axis=1)
    return ~same


def _rotated(table: bench.Table, folder: Path, angle: float) -> bench.Table:
    """The events rotated by so many rad, with their particles in files of the folder."""
    import numpy as np

    x = table.x.copy()
    places = [i for i, column in enumerate(table.columns) if column.quantity == "phi"]
    x[:, places] = _turned(x[:, places], angle)
    beside: list[Path] = []
    for file in table.beside:
        if file.suffix == ".parquet":
            beside.append(folder / f"{angle:g}-{len(beside)}.parquet")
            _rotate_particles(file, beside[-1], table.ids, angle)
    return replace(table, x=x.astype(np.float32), beside=tuple(beside))


def _rotate_particles(file: Path, other: Path, ids: NDArray[np.uint64], angle: float) -> None:
    """Write these events of a file of constituents into another one, rotated."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    particles = pq.read_table(file, filters=pc.field("event").isin(ids)).combine_chunks()
    for i, name in enumerate(particles.column_names):
        if name.endswith("_phi"):
            lists = particles[name].combine_chunks()
            angles = pa.array(_turned(lists.flatten().to_numpy(), angle))
            offsets = pc.subtract(lists.offsets, lists.offsets[0])
            particles = particles.set_column(i, name, pa.ListArray.from_arrays(offsets, angles))
    pq.write_table(particles, other)


def _turned(angles: NDArray[np.floating], by: float) -> NDArray[np.float32]:
    """Angles in rad so much further on, in [-pi, pi)."""
    import numpy as np

    return ((angles + by + np.pi) % (2 * np.pi) - np.pi).astype(np.float32)


def _reordered(inputs: bench.Inputs) -> bench.Inputs:
    """The events with the places of each one's particles shuffled, the empty ones among them."""
    import numpy as np

    rng = np.random.default_rng(0)
    shape = inputs.views["mask"].shape
    order = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)
    rows = np.arange(shape[0])[:, np.newaxis]
    moved = {name: inputs.views[name][rows, order] for name in ("particles", "mask")}
    return replace(inputs, views={**inputs.views, **moved})
