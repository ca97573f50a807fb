"""The twin against the official events, where the sample of these is on this machine."""

from pathlib import Path

import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.features import COLUMNS, features
from bench_lhco.jets import cluster
from bench_lhco.twin.simulate import simulate

from bench.context import no_progress

OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "lhco_rd_sample.h5"


@pytest.fixture(scope="module")
def larger(official: Events, tmp_path_factory: pytest.TempPathFactory) -> Events:
    folder = tmp_path_factory.mktemp("larger")
    (events,) = simulate("rd", 100, 250, seed=7, jobs=1, scratch=folder, progress=no_progress)
    return events


@pytest.fixture(scope="module")
def official() -> Events:
    if not OFFICIAL.is_file():
        pytest.skip(f"{OFFICIAL} is not on this machine")
    import h5py
    import hdf5plugin  # noqa: F401

    with h5py.File(OFFICIAL) as file:
        rows = file["/df/block0_values"][:]
    return Events(rows[:, :2100].reshape(-1, 700, 3).astype(np.float32), rows[:, 2100].astype(int))


@pytest.mark.parametrize("label", [0, 1])
def test_features_are_distributed_as_in_the_official_events(
    larger: Events, official: Events, label: int
) -> None:
    from scipy.stats import ks_2samp

    ours, theirs = (
        features(cluster(e.particles), e.particles)[e.y == label] for e in (larger, official)
    )
    for i, column in enumerate(COLUMNS):
        assert ks_2samp(ours[:, i], theirs[:, i]).pvalue > 1e-3, column.name


def test_soft_particles_are_as_many_as_in_the_official_events(
    larger: Events, official: Events
) -> None:
    def per_event(events: Events, low: float, high: float) -> float:
        pt = events.particles[events.y == 0, :, 0]
        return float(((pt > low) & (pt < high)).sum() / len(pt))

    for low, high in ((0.05, 0.5), (0.5, 1), (1, 2), (2, 5), (5, 20), (20, 100), (100, 3000)):
        ours, theirs = per_event(larger, low, high), per_event(official, low, high)
        assert ours == pytest.approx(theirs, rel=0.25), (low, high)
