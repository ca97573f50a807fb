"""`make release`: one version everywhere, a heading in the changelog, and nothing by half."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROOT = ("Makefile", "pyproject.toml", "CHANGELOG.md", "CITATION.cff", ".ci/release.py")
GIT = ("git", "-c", "user.name=Nobody", "-c", "user.email=nobody@localhost", "-c", "gc.auto=0")
DAY = r"\d{4}-\d\d-\d\d"


def git(house: Path, *words: str) -> str:
    done = subprocess.run([*GIT, *words], cwd=house, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """What a release changes, as a repository of its own."""
    packages = [
        f for room in ("datasets", "plugins") for f in HOUSE.glob(f"{room}/*/pyproject.toml")
    ]
    for file in [*packages, *(HOUSE / name for name in ROOT)]:
        copy = tmp_path / file.relative_to(HOUSE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "As it is")
    return tmp_path


def release(house: Path, version: str) -> subprocess.CompletedProcess[str]:
    here = ["-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}"]
    words = ["make", *here, "release", f"VERSION={version}"]
    return subprocess.run(words, cwd=house, capture_output=True, text=True, check=False)


def declared(file: Path) -> dict[str, object]:
    return dict(tomllib.loads(file.read_text())["project"])


def test_every_package_has_the_new_version_and_the_core_asks_for_it(house: Path) -> None:
    done = release(house, "12.3.4")
    assert done.returncode == 0, done.stderr
    files = [file for file in house.rglob("pyproject.toml") if file.is_file()]
    assert len(files) == 18
    assert {declared(file)["version"] for file in files} == {"12.3.4"}
    extras = declared(house / "pyproject.toml")["optional-dependencies"]
    bounds = [line.partition(">=")[2] for line in extras["all"] if line.startswith("bench-")]
    assert bounds == ["12.3.4"] * 17
    before = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    assert extras["report"] == before["optional-dependencies"]["report"]
    assert "\nversion: 12.3.4\n" in (house / "CITATION.cff").read_text()


def test_what_was_unreleased_is_of_the_version_and_day(house: Path) -> None:
    before = (house / "CHANGELOG.md").read_text()
    assert release(house, "12.3.4").returncode == 0
    after = (house / "CHANGELOG.md").read_text()
    heading = re.compile(rf"^## Unreleased\n\n## 12\.3\.4 - {DAY}\n", flags=re.MULTILINE)
    assert len(heading.findall(after)) == 1
    assert heading.sub("## Unreleased\n", after) == before


def test_a_second_release_has_nothing_to_tell(house: Path) -> None:
    release(house, "12.3.4")
    git(house, "commit", "-q", "-a", "-m", "A release")
    done = release(house, "12.3.5")
    assert done.returncode != 0
    assert "CHANGELOG.md: nothing under '## Unreleased'" in done.stderr


@pytest.mark.parametrize("name", ["CHANGELOG.md", "a_new_file.py"])
def test_a_tree_that_is_not_clean_is_refused(house: Path, name: str) -> None:
    with (house / name).open("a") as stream:
        stream.write("\nmore\n")
    before = git(house, "diff")
    done = release(house, "12.3.4")
    assert done.returncode != 0
    assert f"the working tree is not clean: {'M' if name == 'CHANGELOG.md' else '??'} {name}" in (
        done.stderr
    )
    assert git(house, "diff") == before


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("", "'' is no version"),
        ("next", "'next' is no version"),
        ("v1.2.3", "'v1.2.3' is no version"),
        ("1.2", "'1.2' is no version"),
        ("0.0.1", "0.0.1 is not above"),
    ],
)
def test_what_is_no_later_version_is_refused(house: Path, version: str, why: str) -> None:
    done = release(house, version)
    assert done.returncode != 0
    assert why in done.stderr
    assert git(house, "status", "--porcelain") == ""


def test_packages_of_different_versions_are_refused_and_nothing_is_written(house: Path) -> None:
    file = house / "plugins" / "gbt" / "pyproject.toml"
    file.write_text(re.sub(r'^version = ".*"$', 'version = "9.9.9"', file.read_text(), flags=re.M))
    git(house, "commit", "-q", "-a", "-m", "Another version")
    done = release(house, "12.3.4")
    assert done.returncode != 0
    assert "plugins/gbt/pyproject.toml has version 9.9.9" in done.stderr
    assert git(house, "status", "--porcelain") == ""
