"""Intervals and tests of counts against scipy.stats, which a report does without."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta, binomtest, chi2, fisher_exact, norm

from bench.comparison.binormal import BinormalFit, _scaled
from bench.comparison.exact import fair_coin, fisher
from bench.metrics.intervals import rate
from bench.storage.archive import unpack
from bench.storage.store import Store

SIZES = (1, 2, 3, 7, 20, 499, 8000, 1_000_000)
REPORTS = Path(__file__).parents[1] / "reports"
HEAVY = ("pandas", "scipy.spatial", "scipy.stats", "sklearn", "torch")


def counts(n: int, seed: int = 0) -> list[int]:
    """Of n: none, one, about half, all but one, all, and any."""
    some = np.random.default_rng(seed).integers(0, n + 1, 20).tolist()
    return sorted({0, 1, n // 2, (n + 1) // 2, n - 1, n, *some})


def tables(size: int, number: int) -> list[list[list[int]]]:
    """Two rows and two columns of counts below a size; a third of them have ties, as their rows
    mirror each other; some have an empty row or column."""
    rng = np.random.default_rng(size)
    made = rng.integers(0, size, (number, 2, 2))
    made[::3, 1] = made[::3, 0, ::-1]
    made[1::12, 0] = 0
    made[2::12, :, 1] = 0
    made[4::12, 0, 1] = 0
    drawn: list[list[list[int]]] = made.tolist()
    return drawn


def by_integers(table: list[list[int]]) -> float:
    """Fisher's p-value without any rounding but the last."""
    (a, b), (c, d) = table
    least, most = max(0, a - d), min(a + b, a + c)
    ways = [comb(a + b, n) * comb(c + d, a + c - n) for n in range(least, most + 1)]
    own = ways[a - least]
    return float(Fraction(sum(one for one in ways if one <= own), sum(ways)))


@pytest.mark.parametrize("n", SIZES)
def test_a_rate_has_the_interval_of_clopper_and_pearson(n: int) -> None:
    for k in counts(n):
        estimate, ends = rate(k, n), binomtest(k, n).proportion_ci(0.95, method="exact")
        assert (estimate.low, estimate.high) == pytest.approx((ends.low, ends.high), abs=1e-12)
        exact = beta.ppf(0.025, k, n - k + 1), beta.ppf(0.975, k + 1, n - k)
        if k:
            assert estimate.low == pytest.approx(exact[0], rel=1e-12, abs=0)
        if k < n:
            assert estimate.high == pytest.approx(exact[1], rel=1e-12, abs=0)


def test_a_rate_of_no_event_is_a_dash_and_its_ends_stay_within_0_and_1() -> None:
    assert (rate(0, 0).value, rate(0, 0).low, rate(0, 0).high) == (None, None, None)
    assert (rate(0, 9).low, rate(9, 9).high) == (0.0, 1.0)


@pytest.mark.parametrize("n", SIZES)
def test_a_fair_coin_is_the_binomial_test(n: int) -> None:
    for k in counts(n):
        p = binomtest(k, n).pvalue
        assert fair_coin(k, n - k) == pytest.approx(p, rel=1e-12, abs=0)


def test_no_event_is_no_sign_against_a_fair_coin() -> None:
    assert fair_coin(0, 0) == 1


def test_fishers_test_of_every_small_table_is_that_of_scipy() -> None:
    for a, b, c, d in product(range(5), repeat=4):
        p = fisher_exact([[a, b], [c, d]]).pvalue
        assert fisher([(a, b), (c, d)]) == pytest.approx(p, rel=1e-12, abs=0)


@pytest.mark.parametrize(("size", "number"), [(12, 240), (90, 240), (1500, 120), (9000, 36)])
def test_fishers_test_is_that_of_scipy_and_of_integers(size: int, number: int) -> None:
    for table in tables(size, number):
        p = fisher([(row[0], row[1]) for row in table])
        assert p == pytest.approx(fisher_exact(table).pvalue, rel=1e-12, abs=1e-300)
        if size < 1500:
            assert p == pytest.approx(by_integers(table), rel=1e-12, abs=1e-300)


def test_fishers_test_holds_for_a_million_events() -> None:
    for table in ([[500_000, 600_000], [500_900, 600_000]], [[40, 999_960], [65, 999_935]]):
        p = fisher([(row[0], row[1]) for row in table])
        assert p == pytest.approx(fisher_exact(table).pvalue, rel=1e-8)
    assert fisher([(1_000_000, 0), (0, 1_000_000)]) == 0


@pytest.mark.parametrize("points", [2, 3, 4, 9, 40])
def test_a_binormal_fit_has_the_chance_and_the_area_of_scipy(points: int) -> None:
    for value in (0.0, 1e-9, 0.3, 5.0, 60.0, 700.0):
        fit = BinormalFit(value / 9 - 1, value / 50, value, points)
        p = chi2.sf(value, points - 2) if points > 2 else 1.0
        assert fit.p == pytest.approx(p, rel=1e-12, abs=0)
        assert fit.auc == pytest.approx(norm.cdf(fit.a / (1 + fit.b**2) ** 0.5), rel=1e-12, abs=0)


def test_rates_have_the_quantiles_of_scipy() -> None:
    for n in SIZES:
        passed = counts(n)
        z, variance = _scaled(passed, [n] * len(passed))
        p = (np.array(passed) + 0.5) / (n + 1)
        np.testing.assert_allclose(z, norm.ppf(p), rtol=1e-12)
        expected = p * (1 - p) / n / norm.pdf(norm.ppf(p)) ** 2
        np.testing.assert_allclose(variance, expected, rtol=1e-12)


def test_a_report_loads_none_of_the_libraries_that_its_memory_has_no_room_for(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "runs")
    for name in ("rare-signal", "diary"):  # scores that are ranked, and counts alone
        unpack(REPORTS / name, store)
    code = (
        "import sys; from bench.cli import main\n"
        "try: main()\n"
        f"finally: print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    words = ["report", "--decisions", "--blocks", "--runs", str(store.root)]
    ran = subprocess.run(
        [sys.executable, "-c", code, *words, "-o", str(tmp_path / "report")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.rstrip().endswith("heavy: []")
    tables = tmp_path / "report" / "tables"
    assert list(tables.glob("shift-*.csv"))
    assert list(tables.glob("points-*.csv"))
