"""From an empty environment to the first table, by wheels: what somebody without a clone does.

Only the wheels of this house are installed. What they require is what is installed here, seen from
the new environment: pip accepts it only if it is in a version that the wheels ask for, and nothing
is fetched, so that this runs offline too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from newcomer import core_alone
from test_packages import FOLDERS, HOUSE

from bench.exporting.schema import FORMS, shipped

pytestmark = pytest.mark.slow

SMALL = ("--train-events", "300", "--events", "200")


def ran(words: Sequence[str | Path], folder: Path, **more: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONSAFEPATH": "1", **more},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copied(place: Path) -> Path:
    """The packages of this house as they are kept, without what was built before."""
    git = ["git", "ls-files", "-co", "--exclude-standard", "--", "Makefile", "LICENSE", "README.md"]
    rooms = ["pyproject.toml", "constraints.txt", "bench", "datasets", "plugins"]
    for name in ran([*git, *rooms], HOUSE).splitlines():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOUSE / name, place / name)
    return place


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of wheels that `make wheels` fills."""
    house = copied(tmp_path_factory.mktemp("house"))
    stale = house / "build" / "lib" / "bench" / "stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    installed = ["-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}"]
    ran(["make", *installed, "wheels"], house)
    assert not stale.exists()
    return house / "dist"


@pytest.fixture(scope="module")
def desk(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment that everything was installed into."""
    desk = tmp_path_factory.mktemp("desk")
    python = core_alone(desk, without=("classifier_bench",))
    local = ["--no-index", "--find-links", wheels, "--quiet"]
    ran([python, "-m", "pip", "install", *local, "classifier-bench[all]"], desk)
    return desk


def bench(desk: Path, *words: str) -> str:
    return ran([desk / "venv/bin/bench", *words], desk, BENCH_HOME=str(desk / "home"))


def test_there_is_a_wheel_of_every_package_with_nothing_of_earlier_builds(wheels: Path) -> None:
    files = sorted(wheels.iterdir())
    assert len(files) == len(FOLDERS)
    assert {file.suffix for file in files} == {".whl"}
    (core,) = wheels.glob("classifier_bench-*")
    assert "bench/stale.py" not in zipfile.ZipFile(core).namelist()


def test_every_wheel_has_the_licence_and_the_cores_the_schemas(wheels: Path) -> None:
    names = {file.name: zipfile.ZipFile(file).namelist() for file in wheels.iterdir()}
    for wheel, files in names.items():
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in files), wheel
    (core,) = (files for wheel, files in names.items() if wheel.startswith("classifier_bench-"))
    schemas = {name for name in core if name.startswith("bench/exporting/schemas/")}
    assert {Path(name).name for name in schemas} == {shipped(name).name for name in FORMS}


def test_everything_is_installed_from_wheels(desk: Path) -> None:
    code = "import bench, bench_llm, bench_lhco; print(bench.__file__, bench_llm.__file__)"
    places = ran([desk / "venv/bin/python", "-c", code], desk).split()
    assert all(place.startswith(str(desk / "venv")) for place in places)
    plugins = bench(desk, "list", "plugins")
    assert "llm-nfa" in plugins
    assert "cannot be imported" not in plugins


def test_the_first_table_and_its_report(desk: Path) -> None:
    bench(desk, "data", "make", "rd", "--signal", "400", "--background", "400")
    table = bench(desk, "run", "--plugin", "gbt", "--dataset", "rd", *SMALL)
    assert "guards looked" in table
    assert "| AUC" in table
    bench(desk, "report", "-o", "report")
    assert list((desk / "report" / "figures").glob("*.png"))


def test_what_an_author_begins_with_is_in_the_wheel(desk: Path) -> None:
    bench(desk, "new", "encoder", "my-encoder")
    assert ", 0 failed" in bench(desk, "check", "numbers")
