"""`bench try`: an encoder on models, beside the same with their own, and what comes of it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from outside_scores import in_use
from toys import Cut, Workplace

import bench
from bench.api.errors import RequestError
from bench.cli.main import main
from bench.encoders.numbers import Numbers
from bench.plugins.package_folder import PackageFolder
from bench.plugins.registry import load_registry
from bench.templates import write_package
from bench.workbench.trying import encoder_of


@dataclass(frozen=True)
class Noisy(Numbers):
    """Every feature with as much noise as it has spread, which is worse."""

    name = "noisy"
    size: float = 3.0

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        x = super().encode(table, learned)["numbers"]
        noise = np.sin(table.ids[:, None] % 1000 * np.arange(1, x.shape[1] + 1))
        return {"numbers": (x + self.size * noise).astype("float32")}


@dataclass(frozen=True)
class Words(bench.Encoder):
    """A view that no toy reads."""

    name = "words"
    produces = frozenset({"texts"})


@dataclass(frozen=True)
class Cut2(Cut):
    """A yardstick."""

    name = "other"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    place.add(Noisy, Words, Cut2)
    place.store.root.mkdir()
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(tmp_path)
    return in_use(made, tmp_path, monkeypatch)


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


NOISY = "try noisy --on cut --dataset toy --baseline other"


def test_an_encoder_is_tried_beside_the_models_own_and_a_baseline(
    place: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert typed(f"{NOISY} --seeds 2 --set size=4 --set scale=2", monkeypatch) == 0
    printed = capfd.readouterr()
    titles = {run.record.title for run in place.store.runs()}
    assert titles == {
        *(f"cut, noisy, scale=2, size=4, seed {seed}" for seed in (0, 1)),
        *(f"{name}, scale=2, seed {seed}" for name in ("cut", "other") for seed in (0, 1)),
    }
    assert "| cut     | 0." in printed.out
    assert ", numbers | -0." in printed.out
    assert "| worse " in printed.out
    assert "All of them: " in printed.out
    assert "run 6 of 6: other, seed 1" in printed.err
    assert (tmp_path / "try-noisy" / "report.md").read_text().startswith("# noisy on cut\n")


def test_a_dry_run_shows_the_plan_and_does_nothing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed(f"{NOISY} --seeds 3 --quick --dry-run -o nowhere", monkeypatch) == 0
    plan = capfd.readouterr().out
    assert "In all 9 runs, 0 of them there" in plan
    assert "cut, noisy, quick, seed 2" in plan
    assert not list(place.store.runs())
    assert not Path("nowhere").exists()


def test_one_seed_is_said_to_be_one(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed(f"{NOISY} --baseline cut", monkeypatch) == 0
    assert "of one seed each: another may turn it round." in capfd.readouterr().out
    assert len(list(place.store.runs())) == 2  # the baseline is there already


def test_a_model_whose_run_did_not_end_well_is_said_not_to_be_known(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = f"{NOISY} --set breaks=true --allow B033"
    assert typed(broken, monkeypatch) == 1
    printed = capfd.readouterr()
    assert "No run has scores to compare" in printed.out
    assert printed.err.count("failed: ZeroDivisionError") == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("try noisy --dataset toy", "no --on; numbers are read by always-background, cut"),
        ("try words --on cut --dataset toy", "cut does not read texts, which words gives"),
        ("try numbers --on cut --dataset toy", "cut reads numbers by default: nothing to try it"),
        ("try noise --on cut --dataset toy", "did you mean noisy"),
        ("try noisy --on cat --dataset toy", "did you mean cut"),
        (f"{NOISY} --set sise=3", "no option 'sise'"),
        ("try ./nowhere --on cut", "no pyproject.toml in it"),
    ],
)
def test_what_cannot_be_tried_is_refused_before_any_work(
    place: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    line: str,
    message: str,
) -> None:
    assert typed(line, monkeypatch) == 2
    assert message in capfd.readouterr().err
    assert not list(place.store.runs())


def test_a_package_takes_part_without_being_installed_as_if_it_were(tmp_path: Path) -> None:
    write_package("encoder", "for-a-while", tmp_path / "package")
    package = PackageFolder.read(tmp_path / "package")
    with package.in_use():
        registry = load_registry()
        assert encoder_of(list(package.plugins), registry) == "for-a-while"
        entry = registry.find(bench.Encoder, "for-a-while")
        assert (entry.distribution, entry.version) == ("bench-for-a-while", "0.1.0")
        assert version("bench-for-a-while") == "0.1.0"
    assert not [place for place in sys.path if str(tmp_path) in place]
    assert "for-a-while" not in load_registry().all(bench.Encoder)


def test_a_package_without_its_module_or_of_anothers_name_is_refused(tmp_path: Path) -> None:
    write_package("encoder", "lost", tmp_path / "lost")
    (tmp_path / "lost" / "bench_lost").rename(tmp_path / "lost" / "elsewhere")
    with (
        pytest.raises(RequestError, match="no module bench_lost in it"),
        PackageFolder.read(tmp_path / "lost").in_use(),
    ):
        pass
    write_package("encoder", "gbt", tmp_path / "gbt")
    project = tmp_path / "gbt" / "pyproject.toml"
    project.write_text(project.read_text().replace("bench-gbt", "bench-taken"))
    with (
        pytest.raises(RequestError, match="'gbt' is taken by what is installed"),
        PackageFolder.read(tmp_path / "gbt").in_use(),
    ):
        pass
    project.write_text("[project]\nname = 'x'\n")
    with pytest.raises(RequestError, match="no plugin in"):
        PackageFolder.read(tmp_path / "gbt")


def test_a_new_package_is_tried_in_one_command(twins: Path, tmp_path: Path) -> None:
    write_package("encoder", "brand-new", tmp_path / "brand-new")
    line = "try brand-new --on linear --baseline one-feature-cut --quick --events 80"
    ran = subprocess.run(
        [sys.executable, "-m", "bench", *line.split(), "--train-events", "300"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BENCH_HOME": str(twins), "BENCH_RUNS": str(tmp_path / "runs")},
    )
    assert ran.returncode == 0, ran.stderr
    assert "brand-new on rd (simulated)" in ran.stdout
    assert "; quick, only to try things:" in ran.stdout
    assert "| linear  |" in ran.stdout
    assert "brand-new is not installed; for other commands: pip install -e " in ran.stderr
    records = [json.loads(file.read_text()) for file in (tmp_path / "runs").glob("*/run.json")]
    (own,) = (r["encoders"] for r in records if r["request"].get("encoders"))
    assert own[0]["distribution"] == "bench-brand-new"
    assert not own[0]["code"].startswith("unreadable")
