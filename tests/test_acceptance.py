"""What the bench promises of the shipped models, measured on the twins at their full size.

The quick tests ask the same of fewer events, of which a language model learns nothing: they show
that its numbers reach its scores. That its base learns from text is a test of its package.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toys import Workplace

from bench.metrics.ranking import AreaUnderCurve
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.testing.excerpt import Excerpt

OFFICIAL = Path(__file__).parents[1].parent / "shared" / "data" / "lhco_rd_sample.h5"
RD = ("--dataset", "rd", "--edition", "twin", "--events", 4000)


ON_OFFICIAL = (
    *("--plugin", "gbt", "--dataset", "rd", "--train-edition", "twin"),
    *("--ratio", "natural", "--file", OFFICIAL),
)


def area(runs: Path, *arguments: object, home: Path | None = None) -> float:
    """The AUC of a run, on at least 4000 events where there are that many."""
    command = [sys.executable, "-m", "bench", "run", "--runs", runs, *arguments]
    env = {**os.environ, "BENCH_HOME": str(home)} if home else None
    printed = subprocess.run(
        list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True, env=env
    ).stdout
    name = printed.rstrip().rpartition("run ")[2].partition(",")[0]
    record = json.loads((runs / name / "run.json").read_text())
    sample = record["sample"]
    assert sample["signal"] + sample["background"] >= (400 if "--file" in arguments else 4000)
    return json.loads((runs / name / "metrics.json").read_text())["estimates"]["auc"]["value"]


@pytest.mark.slow
def test_trees_on_the_twin(tmp_path: Path) -> None:
    assert area(tmp_path, "--plugin", "gbt", *RD) >= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["llm-nfa", "llm-token"])
def test_numbers_fused_into_text_and_not_the_right_numbers(tmp_path: Path, plugin: str) -> None:
    fused = area(tmp_path, "--plugin", plugin, *RD)
    assert fused >= 0.97
    assert fused - area(tmp_path, "--plugin", plugin, *RD, "--permute", "numbers") > 0.05


@pytest.mark.slow
def test_text_alone_to_which_numbers_are_nothing(tmp_path: Path) -> None:
    alone = area(tmp_path, "--plugin", "llm-text", *RD)
    assert alone >= 0.94
    assert alone == area(tmp_path, "--plugin", "llm-text", *RD, "--permute", "numbers")


@pytest.mark.slow
def test_trees_fitted_on_the_twin_on_official_events(tmp_path: Path) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official sample is not on this machine")
    assert area(tmp_path, *ON_OFFICIAL) >= 0.965


def test_trees_fitted_on_a_small_twin_on_official_events(twins: Path, tmp_path: Path) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official sample is not on this machine")
    assert area(tmp_path, *ON_OFFICIAL, home=twins) >= 0.93


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A place to run in, with the 4000 events of the twin that come with the bench."""
    made = Workplace.at(tmp_path)
    made.add(Excerpt)
    return made


def small_area(place: Workplace, plugin: str, permute: str | None = None, **options: str) -> float:
    """The AUC of a run on 1562 events of the twin, fitted on 1400."""
    request = RunRequest(
        plugin=plugin, dataset="excerpt", train_events=1400, permute=permute, options=options
    )
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    scored = done.scored()
    assert len(scored.y) == 1562
    return AreaUnderCurve().estimate(scored)["auc"].value


def test_trees_on_few_events(place: Workplace) -> None:
    assert small_area(place, "gbt") >= 0.97


@pytest.mark.parametrize("plugin", ["llm-nfa", "llm-token"])
def test_numbers_through_the_adapter_and_not_the_right_numbers(
    place: Workplace, plugin: str
) -> None:
    options = {"base": "none", "epochs": "4"}
    assert small_area(place, plugin, **options) >= 0.94
    assert abs(small_area(place, plugin, "numbers", **options) - 0.5) < 0.06
