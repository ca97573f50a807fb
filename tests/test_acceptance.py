"""What the bench promises of the shipped models, measured on the twins at their full size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
OFFICIAL = Path(__file__).parents[1].parent / "shared" / "data" / "lhco_rd_sample.h5"
RD = ("--dataset", "rd", "--edition", "twin", "--events", 4000)


def area(runs: Path, *arguments: object) -> float:
    """The AUC of a run, on at least 4000 events where there are that many."""
    command = [sys.executable, "-m", "bench", "run", "--runs", runs, *arguments]
    printed = subprocess.run(
        list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    name = printed.rstrip().rpartition("run ")[2].partition(",")[0]
    record = json.loads((runs / name / "run.json").read_text())
    sample = record["sample"]
    assert sample["signal"] + sample["background"] >= (400 if "--file" in arguments else 4000)
    return json.loads((runs / name / "metrics.json").read_text())["estimates"]["auc"]["value"]


def test_trees_on_the_twin(tmp_path: Path) -> None:
    assert area(tmp_path, "--plugin", "gbt", *RD) >= 0.97


@pytest.mark.parametrize("plugin", ["llm-nfa", "llm-token"])
def test_numbers_fused_into_text_and_not_the_right_numbers(tmp_path: Path, plugin: str) -> None:
    fused = area(tmp_path, "--plugin", plugin, *RD)
    assert fused >= 0.97
    assert fused - area(tmp_path, "--plugin", plugin, *RD, "--permute", "numbers") > 0.05


def test_text_alone_to_which_numbers_are_nothing(tmp_path: Path) -> None:
    alone = area(tmp_path, "--plugin", "llm-text", *RD)
    assert alone >= 0.94
    assert alone == area(tmp_path, "--plugin", "llm-text", *RD, "--permute", "numbers")


def test_trees_fitted_on_the_twin_on_official_events(tmp_path: Path) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official sample is not on this machine")
    asked = ("--plugin", "gbt", "--dataset", "rd", "--train-edition", "twin", "--ratio", "natural")
    assert area(tmp_path, *asked, "--file", OFFICIAL) >= 0.965
