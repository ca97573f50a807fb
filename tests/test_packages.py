"""The packages of this house: what they require, and what the core brings by its extras."""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import bench
from bench.api.parts import Dataset, Encoder, Model
from bench.plugins.packages import PACKAGES, how_to_have
from bench.plugins.registry import load_registry
from bench.storage.code_digest import imported_names
from bench.storage.distributions import canonical
from bench.storage.extras import CLUSTER, REPORT

HOUSE = Path(__file__).parents[1]
ASKED_FOR = {"jinja2"}
"""Imported only where a chat template is read, which transformers itself does with it."""
ROOMS = ("datasets", "plugins")
FOLDERS = [HOUSE, *(f.parent for room in ROOMS for f in HOUSE.glob(f"{room}/*/pyproject.toml"))]


@cache
def project(folder: Path) -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return declared


def extra(name: str) -> list[Requirement]:
    return [Requirement(line) for line in project(HOUSE)["optional-dependencies"][name]]


def imported(folder: Path) -> set[str]:
    """Top-level modules that the code of a package imports, wherever in it."""
    names: set[str] = set()
    for top in folder.glob("bench*/__init__.py"):
        names |= imported_names(top.parent.rglob("*.py"))
    return names - sys.stdlib_module_names


@cache
def brings() -> dict[str, set[str]]:
    """The distributions that bring a top-level module."""
    known = packages_distributions()
    return {module: {canonical(name) for name in names} for module, names in known.items()}


def test_the_extra_all_brings_every_package_and_what_reports_need() -> None:
    every = {folder: project(folder)["name"] for folder in FOLDERS}
    assert len(every) == 18
    brought = {need.name: need for need in extra("all")}
    assert brought.keys() == set(every.values())
    assert brought["classifier-bench"].extras == {"cluster", "report"}
    versions = {str(need.specifier) for need in brought.values() if need.name != "classifier-bench"}
    assert versions == {f">={project(HOUSE)['version']}"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_package_requires_itself_what_its_code_imports(folder: Path) -> None:
    """What another package happens to bring may be gone with its next version."""
    declared = project(folder)
    extras = declared.get("optional-dependencies", {})
    lines = chain(declared["dependencies"], *(v for k, v in extras.items() if k != "all"))
    required = {canonical(Requirement(line).name) for line in lines} | {declared["name"]}
    needed = {module: brings().get(module, {canonical(module)}) for module in imported(folder)}
    missing = {module for module, names in needed.items() if not required & names}
    assert missing - ASKED_FOR == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_package_brings_the_licence_that_it_is_under(folder: Path) -> None:
    declared = project(folder)
    assert (declared["license"], declared["license-files"]) == ("MIT", ["LICENSE"])
    assert (folder / "LICENSE").read_bytes() == (HOUSE / "LICENSE").read_bytes()


def test_the_extra_report_is_what_is_named_where_it_is_missing() -> None:
    assert {need.name for need in extra("report")} == set(REPORT.values())


def test_the_extra_cluster_is_what_is_named_where_it_is_missing() -> None:
    assert {need.name for need in extra("cluster")} == {CLUSTER}


def test_the_core_knows_what_each_package_of_this_house_offers() -> None:
    registry = load_registry()
    plugins = (project(folder) for folder in FOLDERS[1:])
    own = {one["name"] for one in plugins if "entry-points" in one}  # else it is a library
    offered: dict[str, set[tuple[type, str]]] = {name: set() for name in own}
    for kind in (Dataset, Encoder, Model, bench.Formatter):
        for name, entry in registry.all(kind).items():
            if entry.distribution in own:
                offered[entry.distribution].add((kind, name))
                assert kind is not Model or entry.plugin == name, "a run names the plugin"
    assert {name: set(parts) for name, parts in PACKAGES.items()} == offered


def test_what_is_installed_is_not_to_be_installed() -> None:
    assert how_to_have(Model, "gbt") is None
