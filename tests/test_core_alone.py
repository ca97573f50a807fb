"""The core with nothing beside it: what works, and what it says of everything else."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from newcomer import core_alone

from bench.storage import history
from bench.storage.extras import REPORT

OUTSIDER = Path(__file__).parent / "outsider"
EXTRAS = (
    "matplotlib",
    "mpl_toolkits",
    "pandas",
    "pil",
    "scikit_learn",
    "sklearn",
    "tensorboardx",
    "itables",
    "vl_convert",
)
"""With what names the distributions of the extra `report` begin."""
RUN = ("run", "--model", "outsider", "--dataset", "clouds")
STUDY = """
title = "A study"
[[runs]]
plugin = "outsider"
dataset = "clouds"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the core, what it cannot do without, and a stranger's package."""
    place = tmp_path_factory.mktemp("alone")
    python = core_alone(place, without=(*EXTRAS, "threadpoolctl"))
    shutil.copytree(OUTSIDER, place / "package", ignore=shutil.ignore_patterns("build", "*.egg*"))
    flags = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    install = [python, "-m", "pip", "install", *flags, "./package"]
    subprocess.run(install, check=True, cwd=place)
    (place / "study.toml").write_text(STUDY)
    (place / "scores.csv").write_text("event,score\n")
    return place


def python(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [place / "venv/bin/python", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
        env={**os.environ, "PYTHONSAFEPATH": "1", "BENCH_HOME": str(place / "home")},
    )


def bench(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return python(place, "-m", "bench", *words)


def succeeds(place: Path, *words: str) -> None:
    ran = bench(place, *words)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not [module for module in REPORT if module in ran.stderr], ran.stderr


def test_nothing_of_the_extras_is_there(place: Path) -> None:
    code = "import sys; from importlib.util import find_spec; print(*filter(find_spec, sys.argv))"
    assert python(place, "-c", code.replace("sys.argv", "sys.argv[1:]"), *REPORT).stdout == "\n"


def test_what_a_plugins_author_types_needs_the_core_alone(place: Path) -> None:
    succeeds(place, "--help")
    succeeds(place, "list")
    succeeds(place, *RUN)
    succeeds(place, *RUN, "--encoder", "numbers")
    succeeds(place, "compare", *(run.name for run in (place / "runs").glob("2*")))
    succeeds(place, "show", "outsider")
    succeeds(place, "doctor", "outsider")
    succeeds(place, "check", "outsider")
    succeeds(place, "new", "dataset", "photons")


def test_packages_that_are_not_installed_are_named_a_line_each(place: Path) -> None:
    ran = bench(place, "run", "--plugin", "llm-nfa", "--dataset", "blackbox1")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "bench: no model 'llm-nfa'; it comes with bench-llm: pip install bench-llm",
        "bench: no dataset 'blackbox1'; it comes with bench-lhco: pip install bench-lhco",
    ]


def test_a_dataset_that_is_not_installed_is_named_by_other_commands_too(place: Path) -> None:
    ran = bench(place, "data", "make", "rd")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert (
        ran.stderr == "bench: no dataset 'rd'; it comes with bench-lhco: pip install bench-lhco\n"
    )


def test_a_name_that_nobody_has_is_still_a_typing_error(place: Path) -> None:
    ran = bench(place, "run", "--plugin", "outsidr", "--dataset", "clouds")
    assert ran.returncode == 2
    assert "did you mean outsider?" in ran.stderr


@pytest.mark.parametrize(
    ("words", "library"),
    [
        (("report",), "itables, matplotlib and vl-convert-python"),
        (("study", "study.toml"), "itables, matplotlib, vl-convert-python and pandas"),
        (("import", "scores.csv", "--dataset", "clouds", "--model", "mine"), "pandas"),
        (("data", "export", "clouds", "-o", "events.csv"), "pandas"),
        (("data", "compare", "twin", "twin"), "scikit-learn and threadpoolctl"),
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, tuple) else None,
)
def test_what_an_extra_brings_is_said_in_one_line(
    place: Path, words: tuple[str, ...], library: str
) -> None:
    if words == ("report",):
        bench(place, *RUN)
    ran = bench(place, *words)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"bench: {library} ")
    assert line.endswith("pip install 'classifier-bench[report]'")


def test_from_python_it_is_said_before_any_work(place: Path) -> None:
    ran = python(place, "-c", "import bench; bench.open('runs')")
    assert ran.returncode == 1
    assert "NotInstalledError: matplotlib and pandas are not installed" in ran.stderr


def test_a_history_goes_without_tensorboard_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bench.storage.tensorboard.find_spec", lambda name: None)
    history._has_tensorboard.cache_clear()
    under_way = history.History(tmp_path)
    for step in range(3):
        under_way.log(step, {"loss": 1.0})
    under_way.write(tmp_path / "written")
    history.write_events(tmp_path / "written", tmp_path / "events")
    history._has_tensorboard.cache_clear()
    assert len((tmp_path / "written").read_text().splitlines()) == 3
    assert not (tmp_path / "events").exists()
    assert not (tmp_path / history.TENSORBOARD).exists()
    (line,) = caplog.messages
    assert line.startswith("no files for TensorBoard: tensorboardX is not installed")
