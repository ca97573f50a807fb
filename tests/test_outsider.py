"""A stranger's package in an environment with the core alone: found, checked, run, reported."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from newcomer import core_alone

PACKAGE = Path(__file__).parent / "outsider"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the core, what it stands on, and the stranger's package."""
    place = tmp_path_factory.mktemp("outsider")
    python = core_alone(place)
    shutil.copytree(
        PACKAGE, place / "package", ignore=shutil.ignore_patterns("build", "*.egg-info")
    )
    flags = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    install = [python, "-m", "pip", "install", *flags, "./package"]
    subprocess.run(install, check=True, cwd=place)
    return place


def bench(place: Path, *words: str, program: str = "bench") -> str:
    ran = subprocess.run(
        [place / "venv/bin/python", "-m", program, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
        env={**os.environ, "PYTHONSAFEPATH": "1", "BENCH_HOME": str(place / "home")},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_it_is_found_beside_the_core_alone(place: Path) -> None:
    plugins = bench(place, "list", "plugins")
    assert {line.split()[0] for line in plugins.splitlines()} == {"core", "core-guards", "outsider"}
    parts = "dataset clouds, encoder squares, model nearest-mean, metric answered"
    assert parts in plugins


def test_it_is_checked(place: Path) -> None:
    assert ", 0 failed" in bench(place, "check", "outsider")
    assert "1 passed" in bench(place, "-q", "package", program="pytest")


def test_it_is_run_and_reported(place: Path) -> None:
    run = bench(place, "run", "--plugin", "outsider", "--dataset", "clouds")
    assert "guards looked and found nothing" in run
    assert "answered" in run
    other = bench(
        place, "run", "--plugin", "outsider", "--dataset", "clouds", "--encoder", "numbers"
    )
    assert "numbers" in other
    bench(place, "report", "-o", "report")
    report = (place / "report" / "report.md").read_text()
    assert "clouds (twin)" in report
    assert "outsider, numbers" in report
