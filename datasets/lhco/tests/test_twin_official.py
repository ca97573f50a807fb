"""The twin against the official events, where the sample of these is on this machine."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bench_lhco.events import Events, Particles
from bench_lhco.features import STANDARD_COLUMNS, standard_features
from bench_lhco.jets import cluster
from bench_lhco.twin.chunks import Chunk, simulate_chunk

OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "lhco_rd_sample.h5"
KINDS = {"background": 0, "signal": 1}
GROUPS = tuple(column.group for column in STANDARD_COLUMNS)


@pytest.fixture(scope="module")
def official() -> Events:
    if not OFFICIAL.is_file():
        pytest.skip(f"{OFFICIAL} is not on this machine")
    import h5py
    import hdf5plugin  # noqa: F401

    with h5py.File(OFFICIAL) as file:
        rows = file["/df/block0_values"][:]
    padded = rows[:, :2100].reshape(-1, 700, 3).astype(np.float32)
    return Events(padded, rows[:, 2100].astype(np.int8))


def numbers(particles: Particles) -> np.ndarray:
    return standard_features(cluster(particles), particles)


def of_kind(events: Events, kind: str) -> Events:
    chosen = events.labels == KINDS[kind]
    return Events(events.padded[chosen], events.labels[chosen])


def simulated(kind: str, events: int, number: int = 0) -> Particles:
    return simulate_chunk(Chunk("rd", kind, seed=7, number=number, events=events))


@pytest.fixture(scope="module")
def background(official: Events) -> Particles:
    return simulated("background", 250)


@pytest.mark.parametrize("kind", KINDS)
def test_features_are_distributed_as_in_the_official_events(
    background: Particles, official: Events, kind: str
) -> None:
    from scipy.stats import ks_2samp

    ours = numbers(background if kind == "background" else simulated(kind, 100))
    theirs = numbers(of_kind(official, kind).particles)
    for i, column in enumerate(STANDARD_COLUMNS):
        assert ks_2samp(ours[:, i], theirs[:, i]).pvalue > 1e-3, column.name


def test_soft_particles_are_as_many_as_in_the_official_events(
    background: Particles, official: Events
) -> None:
    def per_event(particles: Particles, low: float, high: float) -> float:
        pt = particles.pt
        return float(((pt > low) & (pt < high)).sum() / len(particles))

    theirs = of_kind(official, "background").particles
    bounds = (0.05, 0.3, 0.5, 0.75, 1, 2, 5, 20, 100, 3000)
    for low, high in pairwise(bounds):
        ours, expected = per_event(background, low, high), per_event(theirs, low, high)
        assert ours == pytest.approx(expected, rel=0.2), (low, high)


def test_the_hardest_masses_are_those_of_the_official_signal(official: Events) -> None:
    ours = numbers(simulated("signal", 200))[:, -1]
    theirs = numbers(of_kind(official, "signal").particles)[:, -1]
    error = np.std(theirs) / np.sqrt(len(theirs))
    assert np.median(ours) == pytest.approx(np.median(theirs), abs=3 * 1.25 * error)


def told_apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """AUC of a classifier between the two, five-fold, of the mean score over two foldings."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits

    x, y = np.concatenate([ours, theirs]), np.repeat([0, 1], [len(ours), len(theirs)])
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=5.0,
        class_weight="balanced",
        random_state=0,
    )
    folds = [StratifiedKFold(5, shuffle=True, random_state=i) for i in range(2)]
    with threadpool_limits(1):  # threads that wait for each other's turn take ten times as long
        scores = [cross_val_predict(model, x, y, cv=f, method="predict_proba")[:, 1] for f in folds]
    return float(roc_auc_score(y, np.mean(scores, axis=0)))


@pytest.mark.slow
def test_a_classifier_does_not_tell_the_twin_from_the_official_events(official: Events) -> None:
    theirs = numbers(of_kind(official, "background").particles)
    ours = np.concatenate([numbers(simulated("background", 1000, i)) for i in range(2)])
    limits = {"multiplicity": 0.55, "kinematics": 0.55}
    for group, limit in limits.items():
        columns = [i for i, name in enumerate(GROUPS) if name == group]
        assert told_apart(ours[:, columns], theirs[:, columns]) < limit, group
    assert told_apart(ours, theirs) < 0.57
    # The same classifier is not blind: it sees particles that are a tenth softer or harder.
    rng = np.random.default_rng(1)
    split = rng.permutation(len(ours))
    one, other = ours[split[: len(theirs)]].copy(), ours[split[len(theirs) :]]
    assert told_apart(other, one) < 0.55
    one[:, [i for i, name in enumerate(GROUPS) if name == "multiplicity"]] *= 1.15
    assert told_apart(other, one) > 0.57
