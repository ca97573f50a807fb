"""From the file of constituents beside a table to the numbers of the hardest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

JETS = ("j1", "j2")
EACH = 4
"""Numbers of a particle."""


def hardest(table: bench.Table, most: int) -> NDArray[np.float32]:
    """Of each jet's hardest ln pt/GeV, eta and phi from the jet's axis, and 1: (n, 2 most 4).

    All is 0 where there is no particle. The dataset keeps them as lists, hardest first, in columns
    such as `j1_pt`, with the event's id in `event`.

    Raises:
        InputError: there is no such file, or it lacks an event.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    files = [file for file in table.beside if file.suffix == ".parquet"]
    if not files:
        raise bench.InputError(
            "the events come without their particles; `--set constituents=true` keeps them"
        )
    columns = ["event", *(f"{jet}_{name}" for jet in JETS for name in ("pt", "eta", "phi"))]
    kept = pq.read_table(files[0], columns=columns, filters=pc.field("event").isin(table.ids))
    ids = kept["event"].to_numpy()
    if missing := len(table) - len(ids):
        raise bench.InputError(f"{files[0]}: {missing} of {len(table)} events are not in it")
    order = np.argsort(ids)
    places = order[np.searchsorted(ids, table.ids, sorter=order)]
    made = [_of_jet(kept, jet, most)[places] for jet in JETS]
    return np.concatenate(made, axis=1).reshape(len(table), len(JETS) * most * EACH)


def _of_jet(kept: Any, jet: str, most: int) -> NDArray[np.float32]:
    """What is said of the hardest particles of one jet in every event: (n, most, 4)."""
    lists = [kept[f"{jet}_{name}"].combine_chunks() for name in ("pt", "eta", "phi")]
    offsets = lists[0].offsets.to_numpy().astype(np.int64)
    pt, eta, phi = (each.values.to_numpy().astype(np.float64) for each in lists)
    counts, n = np.diff(offsets), len(kept)
    event = np.repeat(np.arange(n), counts)
    begin, end = offsets[0], offsets[-1]
    pt, eta, phi = pt[begin:end], eta[begin:end], phi[begin:end]
    px, py, pz = (
        np.bincount(event, p, n) for p in (pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta))
    )
    axis_eta = np.arcsinh(pz / np.maximum(np.hypot(px, py), 1e-8))
    dphi = phi - np.arctan2(py, px)[event]
    rank = np.arange(len(event)) - (offsets[:-1] - begin)[event]
    hard = rank < most
    made = np.zeros((n, most, EACH), dtype=np.float32)
    said = [np.log(np.maximum(pt, 1e-8)), eta - axis_eta[event], _turned(dphi), np.ones(len(pt))]
    made[event[hard], rank[hard]] = np.stack(said, axis=1)[hard]
    return made


def _turned(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """An angle in rad, in [-pi, pi)."""
    return (angle + np.pi) % (2 * np.pi) - np.pi
