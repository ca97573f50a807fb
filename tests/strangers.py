"""A stranger's packages, installed for a test and then changed."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import bench
from bench.storage import code_digest, distributions

MODEL = '''
"""A stranger's model."""
from dataclasses import dataclass

import bench
from toys import Cut


@dataclass(frozen=True)
class Strange(Cut):
    """Cuts as the toy does."""  # and nothing else

    name = "strange"

    def fit(self, train, valid, context):
        """Fit."""
        import strange_dep
        import strange_local
        from strange_beside import BESIDE

        return super().fit(train, valid, context)
'''
PROJECTS = {
    "strange": (
        {"ns_strange/model.py": MODEL, "strange_beside.py": "BESIDE = 1\n"},
        ["strange-dep"],
    ),
    "strange-dep": ({"strange_dep/__init__.py": "import strange_deeper\n"}, ["strange-deeper"]),
    "strange-deeper": ({"strange_deeper.py": "A = 1\n"}, ["strange-idle"]),
    "strange-idle": ({"strange_idle.py": "A = 1\n"}, []),
}
"""Files and requirements: `ns_strange` is a namespace package, `strange-idle` is never imported."""
SETUP = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "{name}"
version = "1.0"
dependencies = {needs}
[tool.setuptools]
py-modules = {modules}
packages = {packages}
"""


def write_project(name: str, folder: Path) -> Path:
    """The source tree of one of the stranger's packages."""
    files, needs = PROJECTS[name]
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    modules = [place.removesuffix(".py") for place in files if "/" not in place]
    packages = [place.partition("/")[0] for place in files if "/" in place]
    setup = SETUP.format(name=name, needs=needs, modules=modules, packages=packages)
    (folder / "pyproject.toml").write_text(setup)
    return folder


def install(place: Path) -> Path:
    """A folder that the stranger's packages are installed in."""
    trees = [str(write_project(name, place / "source" / name)) for name in PROJECTS]
    flags = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--no-compile"]
    target = ["--target", str(place / "site-packages")]
    subprocess.run([sys.executable, "-m", "pip", "install", *flags, *target, *trees], check=True)
    return place / "site-packages"


@contextmanager
def on_the_path(installed: Path, place: Path) -> Iterator[Path]:
    """A copy of such a folder on the path, to be changed, beside modules of no package."""
    with pytest.MonkeyPatch.context() as patch:
        site, local = place / "site-packages", place / "local"
        shutil.copytree(installed, site)
        local.mkdir()
        (local / "strange_local.py").write_text("import strange_further\n")
        (local / "strange_further.py").write_text("A = 1\n")
        patch.syspath_prepend(local)
        patch.syspath_prepend(site)
        as_in_a_fresh_process()
        yield site
        for name in [name for name in sys.modules if "strange" in name]:
            del sys.modules[name]
    as_in_a_fresh_process()


def as_in_a_fresh_process() -> None:
    """What is read once a process is read again."""
    importlib.invalidate_caches()
    for module in (code_digest, distributions):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def part() -> type[bench.Model]:
    return importlib.import_module("ns_strange.model").Strange


def rename_version(site: Path, name: str, version: str) -> None:
    """Another version of an installed distribution, of the very same files."""
    (about,) = site.glob(f"{name.replace('-', '_')}-*.dist-info")
    metadata = (about / "METADATA").read_text().replace("Version: 1.0", f"Version: {version}")
    (about / "METADATA").write_text(metadata)
