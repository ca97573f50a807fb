"""The house's own rules, as far as a machine can check them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return [HOUSE / line for line in listed.stdout.splitlines()]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {f: len(f.read_text().splitlines()) for f in python_files() if f.exists()}
    assert not {f: n for f, n in lengths.items() if n > 300}
    assert len(lengths) > 40


@pytest.mark.parametrize("room", ["datasets", "plugins", "reports"])
def test_no_room_of_packages_is_itself_a_package(room: str) -> None:
    assert not list((HOUSE / room).glob("*.py"))


def test_the_folder_datasets_does_not_pass_for_the_package_of_that_name() -> None:
    """Neither in this session, whose imports are pytest's, nor in a fresh process here."""
    assert "datasets" not in sys.modules or str(HOUSE) not in str(sys.modules["datasets"].__path__)
    code = "import importlib.util as u; s = u.find_spec('datasets'); print(s and s.origin)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert "None" in ran.stdout or "site-packages" in ran.stdout
    assert not (HOUSE / "conftest.py").exists()
    assert "PYTHONSAFEPATH = 1" in (HOUSE / "Makefile").read_text()


RUN_CODE = frozenset(
    {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal", "tables"}
)
"""Packages that run code which a file brings along."""
LOADERS = frozenset({"read_hdf", "to_hdf", "HDFStore", "read_pickle", "to_pickle"})
SWITCHES = {"allow_pickle": False, "weights_only": True, "trust_remote_code": False}
"""The only value with which an argument may be given."""


def product_files() -> list[Path]:
    rooms = ("bench", "datasets", "plugins")
    return [
        file
        for file in python_files()
        if file.exists() and (parts := file.relative_to(HOUSE).parts)[0] in rooms
        if "tests" not in parts
    ]


def code_from_files(source: str) -> list[str]:
    """What in a module could run code that a file brings along, by the name that it has there."""
    return [name for node in ast.walk(ast.parse(source)) for name in _code_from_files(node)]


def _code_from_files(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            dangerous = {alias.name.partition(".")[0] for alias in names} & RUN_CODE
        case ast.ImportFrom(module=module, names=names, level=level):
            origin = {(module or "").partition(".")[0]} if not level else set()
            dangerous = (origin & RUN_CODE) | ({alias.name for alias in names} & LOADERS)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            dangerous = {name} & LOADERS
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]) if (
            "import" in ast.unparse(called)
        ):
            dangerous = {name.partition(".")[0]} & RUN_CODE
        case ast.keyword(arg=name, value=value) if name in SWITCHES:
            safe = isinstance(value, ast.Constant) and value.value is SWITCHES[name]
            dangerous = set() if safe else {name}
        case _:
            dangerous = set()
    return sorted(dangerous)


def test_no_product_code_runs_what_a_file_brings_along() -> None:
    files = product_files()
    loaders = {file: code_from_files(file.read_text()) for file in files}
    assert not {file: names for file, names in loaders.items() if names}
    assert {"bench", "datasets", "plugins"} == {f.relative_to(HOUSE).parts[0] for f in files}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import pickle", "pickle"),
        ("import numpy, joblib.memory as m", "joblib"),
        ("def f():\n    from tables import open_file", "tables"),
        ("from pandas import read_hdf as r", "read_hdf"),
        ("pd.read_hdf(path)", "read_hdf"),
        ("pandas.HDFStore(path)", "HDFStore"),
        ("frame = read_pickle(path)", "read_pickle"),
        ("import_module('dill')", "dill"),
        ("__import__('cloudpickle')", "cloudpickle"),
        ("np.load(path, allow_pickle=True)", "allow_pickle"),
        ("np.load(path, allow_pickle=unsafe)", "allow_pickle"),
        ("torch.load(path, weights_only=False)", "weights_only"),
        ("load(name, trust_remote_code=True)", "trust_remote_code"),
    ],
)
def test_such_code_would_be_found(source: str, name: str) -> None:
    assert code_from_files(source) == [name]


@pytest.mark.parametrize(
    "source",
    [
        "from bench.tables import load_table",
        "from .tables import x",
        "np.load(path, allow_pickle=False)",
        "torch.load(path, weights_only=True)",
        "import_module('json')",
        "# import pickle\n'pickle'",
    ],
)
def test_other_code_is_let_be(source: str) -> None:
    assert not code_from_files(source)


def test_every_dependency_is_pinned_and_has_a_lower_bound() -> None:
    pins = {
        re.split("==", line)[0].lower().replace("_", "-")
        for line in (HOUSE / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    files = [
        file
        for file in HOUSE.glob("**/pyproject.toml")
        if not {".venv", ".venv-peers", ".venv-interop"} & set(file.relative_to(HOUSE).parts)
    ]
    own = {tomllib.loads(file.read_text())["project"]["name"] for file in files}
    for file in files:
        project = tomllib.loads(file.read_text())
        groups = project.get("dependency-groups", {})
        extras = project["project"].get("optional-dependencies", {})
        lines = chain(project["project"]["dependencies"], *groups.values(), *extras.values())
        for line in lines:
            name, bound = re.match(r"([\w.-]+)(?:\[[\w,]+\])?(.*)", line).groups()
            if name in own:
                continue
            assert bound.startswith(">="), f"{file}: {line}"
            assert name.lower() in pins, f"{file}: {name} is not in constraints.txt"


def test_no_test_hides_behind_a_package_that_is_not_installed() -> None:
    """`make test` installs all that tests import, so one that is missing is no reason to skip."""
    rooms = ("tests", "datasets", "plugins")
    files = [file for room in rooms for file in (HOUSE / room).rglob("test_*.py")]
    hiding = [str(file) for file in files if "pytest.importor" + "skip" in file.read_text()]
    assert hiding == []


def test_no_link_is_kept_in_place_of_a_file() -> None:
    """One to a folder of somebody's own dangles everywhere else; `make peers` broke so."""
    if not (HOUSE / ".git").exists():
        pytest.skip("not a clone: there is nothing that says which files are kept")
    git = ["git", "-C", str(HOUSE), "ls-files", "--stage"]
    kept = subprocess.run(git, capture_output=True, text=True, check=True).stdout.splitlines()
    assert kept
    assert [line for line in kept if line.startswith("120000")] == []
