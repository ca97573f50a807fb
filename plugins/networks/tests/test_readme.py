"""The network of one's own that the README shows is a plugin, and passes its tests as written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.templates import write_package

README = Path(__file__).parents[1] / "README.md"
FILES = ("bench_skips/network.py", "bench_skips/__init__.py", "tests/test_skips.py")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of `bench new model skips` with what the README puts into it."""
    folder = tmp_path_factory.mktemp("new") / "bench-skips"
    write_package("model", "skips", folder)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.S)
    for name, block in zip(FILES, blocks, strict=True):
        (folder / name).write_text(block)
    return folder


def passes(package: Path, *options: str) -> str:
    """What pytest says of the package, found by its path as if it were installed."""
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    ran = subprocess.run(
        command, cwd=package, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_it_learns_and_is_saved_whole(package: Path) -> None:
    assert "1 passed, 1 deselected" in passes(package, "-k", "learns")


@pytest.mark.slow
def test_it_conforms(package: Path) -> None:
    assert "1 passed, 1 deselected" in passes(package, "-k", "conforms")


def test_all_that_it_names_is_there() -> None:
    from bench_networks import network, particles, testing

    text = README.read_text()
    for name in re.findall(r"^\| `(\w+)\(", text, flags=re.M):
        assert callable(getattr(testing, name))
    assert re.findall(r"`bench_networks\.(\w+)\.(\w+)`", text) == [
        ("network", "NumbersNetwork"),
        ("particles", "ParticlesNetwork"),
        ("network", "Network"),
    ]
    assert network.NumbersNetwork.head.__isabstractmethod__
    assert issubclass(particles.ParticlesNetwork, network.Network)
