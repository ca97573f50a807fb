"""The rooms of the core and of every package: no import runs upward, none in a circle."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
SETTINGS = tomllib.loads((HOUSE / "pyproject.toml").read_text())
CONTRACTS = {c["type"]: c for c in SETTINGS["tool"]["importlinter"]["contracts"]}
LAYERS = [layer.split(" | ") for layer in reversed(CONTRACTS["layers"]["layers"])]
PACKAGES = [
    HOUSE / "bench",
    *sorted(p.parent for p in HOUSE.glob("plugins/*/bench_*/__init__.py")),
    *sorted(p.parent for p in HOUSE.glob("datasets/*/bench_*/__init__.py")),
]


def modules(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    names = {}
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package.parent).with_suffix("")
        parts = place.parts[:-1] if place.name == "__init__" else place.parts
        names[".".join(parts)] = file
    return names


def imports(package: Path) -> Iterator[tuple[str, str]]:
    """Every import of one module of a package by another, those for types alone included."""
    known = modules(package)
    for module, file in known.items():
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [
                    full if (full := f"{node.module}.{alias.name}") in known else node.module
                    for alias in node.names
                ]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            yield from ((module, name) for name in names if name in known and name != module)


def of_the_core(file: Path) -> Iterator[str]:
    """What a file imports from inside the core: rooms by their dotted names."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (".".join(name.split(".")[:2]) for name in names if name.startswith("bench."))


def test_files_of_packages_import_public_names_of_the_core_alone() -> None:
    rooms = {f"bench.{name}" for name in chain(*LAYERS)}
    files = [
        file
        for folder in ("plugins", "datasets")
        for file in sorted((HOUSE / folder).rglob("*.py"))
        if "tests" not in file.relative_to(HOUSE).parts
    ]
    inside = {
        f"{file.relative_to(HOUSE)} imports {room}"
        for file in files
        for room in of_the_core(file)
        if room in rooms - {"bench.testing"}
    }
    assert HOUSE / "plugins/llm/pretrain_tiny.py" in files
    assert not inside, "\n".join(sorted(inside))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_module_imports_in_a_circle(package: Path) -> None:
    graph = TopologicalSorter[str]()
    for module, imported in imports(package):
        graph.add(module, imported)
    try:
        graph.prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_no_import_of_the_core_runs_upward() -> None:
    floor = {room: height for height, layer in enumerate(LAYERS) for room in layer}
    upward = []
    for module, imported in imports(HOUSE / "bench"):
        low, high = (name.split(".")[1:2] for name in (module, imported))
        if not low or not high or low in (high, ["__main__"]):
            continue  # the root gathers public names
        if floor[high[0]] >= floor[low[0]]:
            upward.append(f"{module} imports {imported}")
    assert not upward, "\n".join(upward)


def test_every_room_of_the_core_has_its_layer() -> None:
    rooms = {path.parent.name for path in (HOUSE / "bench").glob("*/__init__.py")}
    assert rooms == set(chain(*LAYERS))


def test_the_root_of_the_core_holds_what_makes_it_a_package_and_a_command() -> None:
    assert {path.name for path in (HOUSE / "bench").glob("*.py")} == {"__init__.py", "__main__.py"}


def test_what_an_author_has_to_read_is_short() -> None:
    files = sorted((HOUSE / "bench/api").glob("*.py"))
    assert sum(len(file.read_text().splitlines()) for file in files) <= 1200


def test_a_reader_follows_one_run_in_six_files() -> None:
    page = (HOUSE / "docs/contributing/architecture.md").read_text()
    walk = re.findall(r"^\d\. `(bench/.*\.py)`", page, flags=re.MULTILINE)
    assert len(walk) == 6
    assert sum(len((HOUSE / file).read_text().splitlines()) for file in walk) <= 910
