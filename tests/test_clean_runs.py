"""The guards let every shipped plugin alone, seed after seed."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants.events import Jets
from toys import Workplace

import bench
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.testing.excerpt import Excerpt

YARDSTICKS = ("always-background", "random", "one-feature-cut")
SEEDS = pytest.mark.parametrize("seeds", [2, pytest.param(20, marks=pytest.mark.slow)])


def alarms(
    folder: Path, plugin: str, seeds: int, dataset: type[bench.Dataset] = Jets, **options: str
) -> list[str]:
    """What the guards find in so many runs of a plugin, all with other weights and orders."""
    place = Workplace.at(folder)
    place.add(dataset)
    lines = []
    for seed in range(seeds):
        request = RunRequest(
            plugin=plugin,
            dataset=dataset.name,
            train_events=1400,
            events=400,
            seed=seed,
            options=options,
        )
        done, _ = run(request, place.registry, place.home, place.store, place.context)
        lines += [f"seed {seed}: {v.code} {v.findings}" for v in done.record.verdicts if v.findings]
    return lines


@SEEDS
@pytest.mark.parametrize("plugin", ["gbt", "linear", "mlp", *YARDSTICKS])
def test_clean_runs_raise_nothing(tmp_path: Path, plugin: str, seeds: int) -> None:
    assert alarms(tmp_path, plugin, seeds) == []


@SEEDS
def test_clean_runs_of_tabm_raise_nothing(tmp_path: Path, seeds: int) -> None:
    assert alarms(tmp_path, "tabm", seeds, members="4", units="32", epochs="15") == []


@SEEDS
def test_clean_runs_of_deep_sets_raise_nothing(tmp_path: Path, seeds: int) -> None:
    options = {"most": "20", "units": "24", "latent": "16", "epochs": "6"}
    assert alarms(tmp_path, "deepsets", seeds, Excerpt, **options) == []


# a fit of an epoch takes as long as six of deep sets; the kit looks at a run of it
@pytest.mark.slow
def test_clean_runs_of_particle_transformer_raise_nothing(tmp_path: Path) -> None:
    assert alarms(tmp_path, "part", 20, Excerpt, most="10", epochs="4") == []


# an epoch of 44 steps leaves one in twenty with a log loss that says that it has not learned yet;
# of one seed, the kit looks at such a run of each
@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["llm-text", "llm-nfa", "llm-token"])
def test_clean_runs_of_language_models_raise_nothing(tmp_path: Path, plugin: str) -> None:
    assert alarms(tmp_path, plugin, 20, epochs="2") == []
