"""The whole way on small twins, by the commands that a user types, with every shipped plugin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest

OFFICIAL = Path(__file__).parents[1].parent / "shared" / "data" / "lhco_rd_sample.h5"
LLM = ("--plugin", "llm-nfa", "--set", "epochs=1", "--set", "units=16")


@dataclass(frozen=True)
class Desk:
    """A folder to work in, and a home."""

    folder: Path
    home: Path

    def command(self, *arguments: str) -> tuple[list[str], dict[str, object]]:
        env = {**os.environ, "BENCH_HOME": str(self.home)}
        line = [sys.executable, "-m", "bench", *map(str, arguments)]
        return line, {"cwd": self.folder, "env": env, "text": True}

    def bench(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        line, options = self.command(*arguments)
        return subprocess.run(line, capture_output=True, check=False, **options)

    def records(self) -> list[dict]:
        return [json.loads(f.read_text()) for f in sorted(self.folder.glob("runs/*/run.json"))]


@pytest.fixture(scope="module")
def desk(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Small twins of both datasets."""
    return Desk(tmp_path_factory.mktemp("desk"), twins)


@pytest.fixture(scope="module")
def runs(desk: Desk) -> Desk:
    """Both models on both datasets."""
    for plugin in (("--plugin", "gbt"), LLM):
        for dataset in ("rd", "blackbox1"):
            done = desk.bench("run", *plugin, "--dataset", dataset)
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith(plugin[1])
            assert f" on {dataset} (twin), " in done.stdout
    return desk


def test_both_models_are_judged_on_the_same_events(runs: Desk) -> None:
    prints = {(r["plugin"], r["dataset"]): r["sample"]["fingerprint"] for r in runs.records()}
    assert prints["gbt", "rd"] == prints["llm-nfa", "rd"]
    assert prints["gbt", "blackbox1"] == prints["llm-nfa", "blackbox1"]
    assert prints["gbt", "rd"] != prints["gbt", "blackbox1"]


def test_a_black_box_is_all_signal_with_weights_back_to_nature(runs: Desk) -> None:
    (record,) = [r for r in runs.records() if (r["plugin"], r["dataset"]) == ("gbt", "blackbox1")]
    sample = record["sample"]
    assert (sample["split"], sample["ratio"]) == ("all", "all-signal")
    assert (sample["signal"], sample["background"]) == (60, 200)
    assert sample["natural"] == pytest.approx(834e-6)
    assert record["train"]["dataset"] == "rd"
    assert record["fit_reused"]


def test_the_same_command_says_what_it_reuses(runs: Desk) -> None:
    again = runs.bench("run", *LLM, "--dataset", "blackbox1")
    assert again.returncode == 0
    assert "reused run" in again.stderr
    assert "training" not in again.stderr


def test_one_table_compares_them(runs: Desk) -> None:
    done = runs.bench("report")
    assert done.returncode == 0, done.stderr
    printed = done.stdout
    assert "## All runs" not in printed  # which is wider than a terminal
    figures = (runs.folder / "report" / "report.md").read_text().partition("## All runs")[2]
    figures = figures.partition("## What the guards found")[0]
    assert printed.count("cannot be told apart") == 2  # for the events of rd and of blackbox1
    lines = [line for line in figures.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 4
    assert sum("blackbox1 (twin)" in line for line in lines) == 2
    assert {"report.md", "report.html", "figures", "tables"} == {
        file.name for file in (runs.folder / "report").iterdir()
    }


def test_trees_beat_chance_on_events_they_have_not_seen(runs: Desk) -> None:
    for folder in sorted((runs.folder / "runs").glob("[!.]*")):
        record = json.loads((folder / "run.json").read_text())
        if record["plugin"] == "gbt":
            auc = json.loads((folder / "metrics.json").read_text())["estimates"]["auc"]
            assert auc["low"] > 0.75


def test_official_events_are_scored_by_what_was_fitted_on_the_twin(runs: Desk) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official sample is not on this machine")
    done = runs.bench(
        *("run", "--plugin", "gbt", "--dataset", "rd", "--train-edition", "twin"),
        *("--ratio", "natural", "--file", OFFICIAL),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "gbt on rd (official), all split, natural @400, fitted on rd (twin)"
    )


HASTY = """
from bench_llm.training import loop
from bench.cli import main
loop.CHECKPOINT_SECONDS = 0.5
main()
"""
"""The command line, which keeps more checkpoints than it would in so short a fit."""


def test_an_interrupted_fit_goes_on(runs: Desk, tmp_path: Path) -> None:
    desk = Desk(tmp_path, tmp_path / "home")
    desk.home.mkdir()
    for room in ("data", "tables", "smoke fits"):
        (desk.home / room).symlink_to(runs.home / room)
    arguments = ("run", *LLM, "--dataset", "rd", "--seed", "1")
    _, options = desk.command(*arguments)
    process = subprocess.Popen(
        [sys.executable, "-c", HASTY, *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # a shell lets what it runs in the background ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        **options,
    )
    while not list(desk.home.glob("fits/*.checkpoints/step-*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; the same command goes on from what is done" in errors
    assert [r["status"] for r in desk.records()] == ["interrupted"]
    done = desk.bench(*arguments)
    assert done.returncode == 0, done.stderr
    assert "going on from step" in done.stderr


def _text(path: Path) -> None:
    path.write_text("pt,eta,phi\n1,2,3\n")


def _wide(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["df/block0_values"] = np.zeros((3, 15))


def _with(path: Path, row: int, column: int, value: float) -> None:
    from bench_lhco.events import Events
    from bench_lhco.files import write

    particles = np.zeros((9, 700, 3), dtype=np.float32)
    particles[:, :2] = [1300, 0.5, 0.5]
    particles[:, 0, 2] += np.arange(9) / 10
    write(path, Events(particles, np.zeros(9, dtype=np.int8)))
    with h5py.File(path, "r+") as file:
        values = file["df/block0_values"]
        rows = values[:]
        rows[row:, column] = value
        values[...] = rows


BAD = {
    "missing": (lambda path: None, "no such file"),
    "empty": (lambda path: path.touch(), "empty"),
    "text": (_text, "HDF5"),
    "wide": (_wide, "15"),
    "nan": (lambda path: _with(path, 6, 0, np.nan), "event 6"),
    "inf": (lambda path: _with(path, 7, 4, np.inf), "event 7"),
    "negative": (lambda path: _with(path, 8, 3, -2.0), "event 8"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_one_line_and_exit_code_2(desk: Desk, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "bad.h5"
    make, message = BAD[kind]
    make(file)
    run = ("run", "--plugin", "gbt", "--dataset", "rd", "--file", file)
    for arguments in (("data", "check", file), run):
        done = desk.bench(*arguments)
        assert done.returncode == 2, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert message in done.stderr


def test_a_truncated_file_is_one_line_and_exit_code_2(desk: Desk, tmp_path: Path) -> None:
    whole = (desk.home / "data" / "rd.twin.h5").read_bytes()
    file = tmp_path / "cut.h5"
    file.write_bytes(whole[: len(whole) // 2])
    done = desk.bench("data", "check", file)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)


def test_a_master_key_of_the_wrong_length_is_one_line_and_exit_code_2(
    desk: Desk, tmp_path: Path
) -> None:
    twin = desk.home / "data" / "blackbox1.twin.h5"
    box = tmp_path / "box.h5"
    with h5py.File(twin) as labelled, h5py.File(box, "w") as bare:
        bare["df/block0_values"] = labelled["df/block0_values"][:, :2100]
    (tmp_path / "events_LHCO2020_BlackBox1.masterkey").write_text("0.0\n1.0\n")
    done = desk.bench("data", "check", box, "--dataset", "blackbox1")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "260" in done.stderr


def test_a_sound_file_is_told_of(desk: Desk) -> None:
    done = desk.bench("data", "check", desk.home / "data" / "rd.twin.h5")
    assert done.returncode == 0, done.stderr
    assert "800" in done.stdout
    assert "twin" in done.stdout
