"""A dataset of another experiment works with every command, and the core knows nothing of it."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from newcomer import core_alone, environment, typed
from top_jets import jets, momentum, write_frame

import bench

pytestmark = pytest.mark.early
PACKAGE = Path(__file__).parent / "toptagging"
PARTS = {"train": 240, "val": 80, "test": 160}
SMALL = "--dataset top-tagging --train-events 64 --events 60"
"""What makes a run of it last seconds."""
STUDY = """
title = "Tops"
[[runs]]
plugin = "gbt"
dataset = "top-tagging"
train_events = 64
events = 60
"""


@pytest.fixture(scope="module")
def columns() -> dict[str, dict[str, Any]]:
    """The jets of the reference's three files, each of which says that it is for training."""
    return {name: jets(size, seed) for seed, (name, size) in enumerate(PARTS.items())}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, dict[str, Any]]) -> Path:
    """The core, two packages of models and this one, in an environment that has no other dataset;
    the reference's files are beside it, and brought in."""
    place = tmp_path_factory.mktemp("toptagging")
    core_alone(place, "bench_gbt", "bench_llm")
    install(place)
    for name, of_file in columns.items():
        write_frame(place / f"{name}.h5", of_file, place / "trapped")
    three = "train.h5 --valid-file val.h5 --test-file test.h5"
    assert "jets: 480" in do(place, f"bench data import {three} --name top-tagging")
    return place


def install(place: Path) -> None:
    unbuilt = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(PACKAGE, place / "package", ignore=unbuilt)
    do(place, "pip install --quiet ./package")


def do(place: Path, line: str, code: int = 0) -> str:
    """What is printed by a command that ends with this exit code."""
    home = {"BENCH_HOME": str(place / "home"), "BENCH_RUNS": str(place / "runs")}
    ran = typed(line, place / "venv/bin/python", place, home)
    assert ran.returncode == code, f"{line}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr


def test_it_is_listed_and_checked(place: Path) -> None:
    plugins = do(place, "bench list plugins")
    assert "dataset top-tagging, guard selection" in plugins
    assert "dataset rd" not in plugins
    assert "Jets of top quarks among others" in do(place, "bench list top-tagging")
    assert 'name = "top-tagging"' in do(place, "bench data card top-tagging")
    checks = do(place, "bench check toptagging")
    assert ", 0 failed" in checks
    assert "skipped" not in checks
    assert "guard TOP001 selection" in checks


def test_files_are_checked_made_and_compared_without_naming_it(place: Path) -> None:
    counts = "jets: 160; 80 background, 80 signal; 160 train, 0 valid, 0 test"
    assert counts in do(place, "bench data check test.h5")
    do(place, "bench data make top-tagging --signal 60 --background 60")
    assert "AUC" in do(place, "bench data compare twin test.h5 --folds 2 --class all")
    assert not (place / "trapped").exists()


def test_its_own_division_and_features_are_what_is_written_for_other_tools(
    place: Path, columns: dict[str, dict[str, Any]]
) -> None:
    do(place, "bench data export top-tagging --train-ratio natural --ratio natural -o jets.parquet")
    exported = pd.read_parquet(place / "jets.parquet")
    samples = dict(zip(PARTS, ("train", "valid", "evaluated"), strict=True))
    for name, sample in samples.items():
        part = exported[exported["sample"] == sample].sort_values("index")
        energy, px, py, pz = momentum(columns[name])
        assert len(part) == PARTS[name]
        np.testing.assert_array_equal(part["label"], columns[name]["is_signal_new"])
        np.testing.assert_allclose(part["jet_pt"], np.hypot(px, py), rtol=1e-5)
        mass = np.sqrt(energy**2 - px**2 - py**2 - pz**2)
        np.testing.assert_allclose(part["jet_m"], mass, rtol=1e-3)
    scores = exported[exported["sample"] == "evaluated"].assign(score=lambda e: e["jet_m"] / 1000)
    scores[["event", "label", "score"]].to_csv(place / "scores.csv", index=False)
    imported = do(place, "bench import scores.csv --model mass --dataset top-tagging")
    assert "top-tagging (imported)" in imported


def test_it_is_run_compared_and_reported(place: Path) -> None:
    (place / "study").mkdir()
    (place / "study" / "study.toml").write_text(STUDY)
    do(place, "bench study study/study.toml")
    names = []
    for plugin in ("gbt", "llm-nfa"):
        run = do(place, f"bench run --plugin {plugin} {SMALL}")
        assert "top-tagging (imported), test split" in run
        assert "VOID" not in run
        assert ("reused run" in run) == (plugin == "gbt")
        names += re.findall(r"^run (\S+),", run, re.MULTILINE)
        if plugin == "gbt":
            auc = re.search(r"\| AUC +\| ([\d.]+)", run)
            assert auc
            assert float(auc[1]) > 0.75
            assert "guards looked and found nothing" in run
    assert "DeLong" in do(place, f"bench compare {names[0]} {names[1]}")
    assert "TOP001" in do(place, f"bench doctor {names[0]} --all")
    do(place, "bench report -o report")
    for folder in ("study", "report"):
        report = (place / folder / "report.md").read_text()
        assert "top-tagging (imported), test" in report
        assert "j1_" not in report
    assert "1:1 @60" in do(place, f"bench plan --plugin gbt {SMALL} --seed 1")


def test_its_own_guard_voids_a_run_on_another_selection(
    place: Path, columns: dict[str, dict[str, Any]]
) -> None:
    test = columns["test"]
    in_tev = {name: values / 1000 for name, values in test.items()}
    in_tev |= {"ttv": test["ttv"] + 2, "is_signal_new": test["is_signal_new"]}
    write_frame(place / "tev.h5", in_tev, place / "trapped")
    run = f"bench run --plugin gbt {SMALL} --file tev.h5"
    printed = do(place, run, code=3)
    assert "TOP001 selection: 60 of the 60 jets of the evaluated sample are outside" in printed
    do(place, f"{run} --allow TOP001")


def test_beside_another_package_each_file_goes_to_the_dataset_that_it_is_of(
    place: Path, tmp_path: Path
) -> None:
    environment(tmp_path)
    install(tmp_path)
    plugins = do(tmp_path, "bench list plugins")
    assert "dataset rd" in plugins
    assert "dataset top-tagging" in plugins
    test = place / "test.h5"
    assert "jets: 160" in do(tmp_path, f"bench data check {test}")
    assert "jets: 160" in do(tmp_path, f"bench data import {test} --name top-tagging")
    (tmp_path / "text.h5").write_text("E_0,PX_0\n1,2\n")
    printed = do(tmp_path, "bench data check text.h5", code=2)
    assert "no installed dataset takes it" in printed
    assert "top-tagging: text.h5" in printed


@pytest.fixture(scope="module")
def package() -> ModuleType:
    """The package's modules, imported here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PACKAGE)
        for module in ("features", "layout"):
            importlib.import_module(f"bench_toptagging.{module}")
        return importlib.import_module("bench_toptagging")


def test_a_jet_is_told_in_a_line_of_what_it_has(package: ModuleType, tmp_path: Path) -> None:
    columns = jets(2, seed=4)
    for quantity in ("E", "PX", "PY", "PZ"):
        for i in range(2, 200):
            columns[f"{quantity}_{i}"][1] = 0
    file = write_frame(tmp_path / "jets.h5", columns, tmp_path / "trapped")
    context = bench.Context(tmp_path, tmp_path, tmp_path)
    table = package.TopTagging().table(bench.Source("imported", file, ""), context)
    whole, narrow = (
        next(bench.facts(table.columns, row, lambda _, value: f"{value:.3g}")) for row in table.x
    )
    names = [fact.partition("=")[0] for fact in whole.removeprefix("jet1: ").split()]
    assert names == ["pt", "eta", "phi", "m", "n", "width", "ptd", "lead", "planar"]
    assert [fact.partition("=")[0] for fact in narrow.split()[1:]] == names[:-1]
    assert " n=2 " in narrow


Change = Callable[[dict[str, Any]], object]


def put(name: str, value: float) -> Change:
    """Gives the third jet another value."""
    return lambda columns: columns[name].__setitem__(2, value)


WRONG: dict[str, tuple[Change, str]] = {
    "not a number": (put("PX_1", np.nan), "jet 3 has a momentum that is not finite"),
    "negative energy": (put("E_0", -1.0), "jet 3 has a negative energy"),
    "label of two": (put("is_signal_new", 2), "jet 3 has a label other than 0 and 1"),
    "fourth part": (put("ttv", 3), "jet 3 has a ttv other than 0, 1 and 2"),
    "nothing in it": (
        lambda c: [c[f"E_{i}"].__setitem__(2, 0) for i in range(200)],
        "jet 3 has no constituents",
    ),
    "column missing": (lambda c: c.pop("PZ_199"), "803 columns of momenta, wanted four"),
    "no labels": (lambda c: c.pop("is_signal_new"), "wanted two columns in values_block_1"),
    "no jets": (lambda c: c.update({k: v[:0] for k, v in c.items()}), "no jets"),
    "labels of floats": (
        lambda c: c.update(ttv=c["ttv"] * 1.0),
        "wanted floats in values_block_0 and integers in values_block_1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_an_error_of_one_line(
    package: ModuleType, name: str, tmp_path: Path
) -> None:
    change, message = WRONG[name]
    columns = jets(4, seed=1)
    change(columns)
    file = write_frame(tmp_path / "wrong.h5", columns, tmp_path / "trapped")
    with pytest.raises(bench.InputError, match=re.escape(message)) as error:
        list(package.layout.read(file))
    assert "\n" not in str(error.value)


def test_what_is_no_such_file_at_all_is_an_error_of_one_line(
    package: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["df/block0_values"] = np.zeros((3, 2101))
    messages = {
        "text.h5": "signature",
        "other.h5": "no table table/table",
        "none.h5": "no such file",
        ".": "no such file",
    }
    for name, message in messages.items():
        with pytest.raises(bench.InputError, match=message):
            list(package.layout.read(tmp_path / name))


def test_it_knows_the_bench_by_its_public_names_alone() -> None:
    modules = {
        name
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert {name for name in modules if name.partition(".")[0] == "bench"} == {"bench"}
    assert not {"pickle", "tables", "pandas"} & {name.partition(".")[0] for name in modules}
    core = (PACKAGE.parents[1] / "bench").rglob("*.py")
    assert not [file for file in core if re.search(r"top.?tagging", file.read_text(), re.I)]
