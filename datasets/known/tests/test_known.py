"""known: its densities are densities, its events are of them, and nothing passes the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_known import EVENTS, Known
from bench_known.columns import COLUMNS, CONTINUOUS, features, latent, log_slope
from bench_known.density import densities, log_ratio
from bench_known.file import draw, read
from bench_known.optimum import KnownOptimum
from scipy import stats
from scipy.special import expit, logit

import bench
from bench.comparison.paired import auc_difference
from bench.comparison.regret import log_loss_difference
from bench.testing import check_dataset, check_model

SIGMAS = 4.0


def context(folder: Path) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder)


def drawn(label: int, n: int, seed: int) -> Any:
    return densities()[label].draw(n, np.random.default_rng(seed))


def means(values: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error."""
    return float(values.mean()), float(values.std() / np.sqrt(len(values)))


def sample(folder: Path, n: int, seed: int) -> bench.Inputs:
    file = folder / f"{n}-{seed}.parquet"
    draw(file, n // 2, n // 2, seed)
    table = read(file)
    return bench.Inputs({"numbers": table.x}, table.y, table.ids, table.weights)


def test_dataset_and_model_pass_their_checks() -> None:
    check_dataset(Known())
    check_model(KnownOptimum())


@pytest.mark.parametrize("label", [0, 1])
def test_the_density_integrates_to_one(label: int) -> None:
    """Importance sampling from a wider normal distribution, in the features' own units."""
    wide = stats.multivariate_normal(*_moments(label))
    z = wide.rvs(60_000, random_state=np.random.default_rng(1))
    x = features(z).astype(np.float64)
    weights = np.exp(densities()[label].log(x) - wide.logpdf(latent(x)) - log_slope(x))
    mean, error = means(weights)
    assert error < 0.05
    assert mean == pytest.approx(1.0, abs=SIGMAS * error)


def _moments(label: int) -> tuple[np.ndarray, np.ndarray]:
    z = latent(drawn(label, 20_000, 0))
    return z.mean(axis=0), np.cov(z.T) * 1.3


def test_the_slope_is_that_of_the_features() -> None:
    x = drawn(0, 50, 2).astype(np.float64)
    step = 1e-6 * np.abs(x)
    slopes = (latent(x + step) - latent(x - step)) / (2 * step[:, CONTINUOUS])
    assert np.log(np.abs(slopes)).sum(axis=1) == pytest.approx(log_slope(x), abs=1e-4)


def test_events_are_of_their_density() -> None:
    """Any region holds as many events as the density of it says, by events of the other class.

    P_1(A) = E_0[r; A] for every A: with A = {r < t} both sides are bounded.
    """
    background, signal = (log_ratio(drawn(label, 100_000, 3 + label)) for label in (0, 1))
    for t in (-3.0, -1.0, 0.0, 1.0, 3.0):
        inside, error = means(np.exp(background) * (background < t))
        share, other = means((signal < t).astype(float))
        assert inside == pytest.approx(share, abs=SIGMAS * np.hypot(error, other))
    # E_0[r] = 1 and E_1[1/r] = 1, of which few events make most; then as bounded means
    for values in (background, -signal):
        mean, error = means(np.exp(values))
        assert error < 0.15
        assert mean == pytest.approx(1.0, abs=SIGMAS * error)
    both = np.concatenate([background, signal])
    for sign in (1, -1):
        mean, error = means(2 * expit(sign * both))
        assert mean == pytest.approx(1.0, abs=SIGMAS * error)


@pytest.mark.parametrize("label", [0, 1])
def test_marginals_are_mixtures_of_t(label: int) -> None:
    density = densities()[label]
    z = latent(drawn(label, 5000, 5))
    for i in range(z.shape[1]):

        def below(value: np.ndarray, i: int = i) -> np.ndarray:
            each = [
                share * stats.t(9, c.loc[i], np.sqrt(c.shape[i, i])).cdf(value)
                for share, c in zip(density.shares, density.components, strict=True)
            ]
            return np.sum(each, axis=0)

        assert stats.kstest(z[:, i], below).pvalue > 1e-4, COLUMNS[CONTINUOUS[i]].name


def test_the_ratio_has_bounds_and_is_that_of_the_densities() -> None:
    x = drawn(0, 500, 6)
    background, signal = (density.log(x) for density in densities())
    assert log_ratio(x) == pytest.approx(signal - background, abs=1e-8)
    far = features(np.random.default_rng(7).normal(0, 80, (500, 17)).clip(-85, 85))
    assert np.isfinite(log_ratio(far)).all()
    assert np.abs(log_ratio(far)).max() < 100


def test_scores_are_probabilities(tmp_path: Path) -> None:
    """Of events with a score near p the share p is signal."""
    inputs = sample(tmp_path, 40_000, 8)
    scores = KnownOptimum().fit(inputs, inputs, context(tmp_path)).score(inputs)
    for low in np.arange(0, 1, 0.1):
        inside = (scores >= low) & (scores < low + 0.1)
        mean, error = means(inputs.y[inside] - scores[inside])
        assert abs(mean) < SIGMAS * error


def test_another_class_ratio_moves_all_scores_alike(tmp_path: Path) -> None:
    inputs = sample(tmp_path, 2000, 9)
    rare = replace(inputs, weights=np.where(inputs.y == 1, 1 / 9, 1.0))
    even, less = (
        logit(KnownOptimum().fit(train, train, context(tmp_path)).score(inputs))
        for train in (inputs, rare)
    )
    assert even - less == pytest.approx(np.log(9), abs=1e-6)


def test_no_column_and_no_file_holds_the_ratio(tmp_path: Path) -> None:
    file = Known().make(bench.SimulationRequest(signal=3000, background=3000), context(tmp_path))
    table = read(file)
    assert table.columns == COLUMNS
    ratio = log_ratio(table.x)
    for i in CONTINUOUS:
        assert abs(stats.spearmanr(table.x[:, i], ratio).statistic) < 0.9
    from pyarrow import parquet

    assert set(parquet.read_schema(file).names) == {*(c.name for c in COLUMNS), "label"}


def rivals(train: bench.Inputs, test: bench.Inputs) -> Sequence[tuple[str, np.ndarray]]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    z, to_score = (latent(inputs.views["numbers"]) for inputs in (train, test))
    models = {
        "trees": HistGradientBoostingClassifier(max_iter=60, random_state=0),
        "linear": make_pipeline(StandardScaler(), LogisticRegression()),
        # nearly the right form: what could come closest to the optimum
        "quadratic": make_pipeline(
            StandardScaler(), PolynomialFeatures(2), StandardScaler(), LogisticRegression(C=0.1)
        ),
    }
    return [(n, m.fit(z, train.y).predict_proba(to_score)[:, 1]) for n, m in models.items()]


def test_the_optimum_is_not_beaten_beyond_chance(tmp_path: Path) -> None:
    train, test = sample(tmp_path, 6000, 10), sample(tmp_path, 8000, 11)
    best = judged(test, KnownOptimum().fit(train, train, context(tmp_path)).score(test))
    for name, scores in rivals(train, test):
        rival = judged(test, scores)
        regrets = (auc_difference(best, rival), log_loss_difference(rival, best, 0.5))
        assert all(regret.high > 0 for regret in regrets), name
        assert all(regret.value > 0 for regret in regrets), name


def judged(inputs: bench.Inputs, scores: np.ndarray) -> bench.Scored:
    return bench.Scored(inputs.y, scores, inputs.weights, threshold=0.5)


def test_a_wrong_optimum_is_beaten(tmp_path: Path) -> None:
    """Ratios of another density: the test above would see it."""
    train, test = sample(tmp_path, 6000, 10), sample(tmp_path, 8000, 11)
    exact = KnownOptimum().fit(train, train, context(tmp_path)).score(test)
    background = densities()[0]
    z = latent(test.views["numbers"])
    one_jet = densities()[1].components[0].logpdf(z) - background.log_latent(z)
    wrong = judged(test, 1 / (1 + np.exp(-one_jet)))
    assert auc_difference(wrong, judged(test, exact)).high < 0
    assert min(auc_difference(wrong, judged(test, s)).high for _, s in rivals(train, test)) < 0


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    dataset, here = Known(), context(tmp_path)
    path = dataset.make(bench.SimulationRequest(signal=3, background=4), here)
    with pytest.raises(bench.RequestError, match="--force"):
        dataset.make(bench.SimulationRequest(), here)
    with pytest.raises(bench.RequestError, match="no official edition"):
        dataset.open("official", None, here)
    with pytest.raises(bench.InputError, match="No such file"):
        dataset.open(None, tmp_path / "none.parquet", here)
    table = parquet.read_table(path)
    other, text = tmp_path / "other.parquet", tmp_path / "text.parquet"
    text.write_text("no events")
    with pytest.raises(bench.InputError, match=r"text\.parquet"):
        dataset.check(text, here)
    for metadata, message in (({}, "make known` wrote"), ({b"bench-known density": b"0"}, "anew")):
        parquet.write_table(table.replace_schema_metadata(metadata), other)
        with pytest.raises(bench.InputError, match=message):
            dataset.check(other, here)
    parquet.write_table(table.drop_columns(["a_m"]), other)
    with pytest.raises(bench.InputError, match="a_m"):
        dataset.check(other, here)
    bad = table.set_column(0, "a_pt", pa.array(["x"] * len(table)))
    parquet.write_table(bad, other)
    with pytest.raises(bench.InputError, match="could not convert"):
        dataset.check(other, here)
    assert dataset.check(path, here)[0] == "events: 7; 4 background, 3 signal"


def test_the_same_seed_gives_the_same_events(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        draw(file, 20, 30, seed)
    one, same, other = (set(read(file).ids.tolist()) for file in files)
    assert one == same
    assert not one & other
    assert EVENTS >= 20_000


def test_the_optimum_refuses_what_are_not_its_features(tmp_path: Path) -> None:
    inputs = sample(tmp_path, 20, 12)
    fitted = KnownOptimum().fit(inputs, inputs, context(tmp_path))
    narrow = replace(inputs, views={"numbers": inputs.views["numbers"][:, :5]})
    with pytest.raises(bench.InputError, match="18 features of known"):
        fitted.score(narrow)
    with pytest.raises(bench.InputError, match="one class"):
        KnownOptimum().fit(replace(inputs, y=np.ones(20, np.int8)), inputs, context(tmp_path))
