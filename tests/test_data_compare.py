"""`bench data compare` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from toys import Toy

from bench.api.errors import BenchError
from bench.api.parts import Dataset
from bench.cli.data import command
from bench.plugins import registry as plugins
from bench.plugins.registry import PluginEntry, Registry


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two files of toy events, in a home of their own."""
    registry = Registry()
    registry.entries[Dataset]["toy"] = PluginEntry(Toy, "toy", "classifier-bench", "0")
    monkeypatch.setattr(plugins, "load_registry", lambda: registry)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    for name, content in (("a", "200 1"), ("b", "240 2"), ("few", "8 3")):
        (tmp_path / name).write_text(content)
    return [str(tmp_path / name) for name in ("a", "b")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["compare", *arguments, "--dataset", "toy"])


def test_two_files_are_compared_and_written(files: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    ran = run(*files, "--folds", "3", "-o", str(folder))
    assert ran.exit_code == 0, ran.output
    assert "A and B cannot be told apart by so many events: AUC 0." in ran.stdout
    assert "A is a (twin): 100 background events" in ran.stdout
    assert "B is b (twin): 120 background events" in ran.stdout
    page = (folder / "compare.md").read_text()
    assert "![Features: others](figures/others.png)" in page
    assert (folder / "figures" / "others.png").read_bytes().startswith(b"\x89PNG")
    again = run(*files, "--folds", "3")
    assert again.stdout == ran.stdout
    assert "reused their features" in again.stderr


def test_all_events_tell_the_class_ratio_too(files: list[str]) -> None:
    ran = run(*files, "--class", "all", "--folds", "2", "--events", "50")
    assert "50 events, of them" in ran.stdout


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("a", "0 background events beside 100 that the other one holds too"),
        ("few", "4 background events; wanted at least 10 for 5 folds"),
        ("nowhere", "no such file, nor is it an edition (official, twin, imported)"),
    ],
)
def test_bad_requests_are_errors_of_one_line(
    files: list[str], tmp_path: Path, second: str, message: str
) -> None:
    ran = run(files[0], str(tmp_path / second))
    assert isinstance(ran.exception, BenchError)
    assert message in str(ran.exception)
    assert not ran.stdout


def test_help_explains(files: list[str]) -> None:
    ran = CliRunner().invoke(command, ["compare", "--help"])
    assert "where that holds 0.5 they cannot be told apart" in " ".join(ran.stdout.split())
