"""The command line from outside: exit codes, one line for bad input, nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = [sys.executable, "-m", "bench"]


def bench(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BENCH, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={**os.environ, "BENCH_HOME": str(home / "home")},
    )


def refused(ran: subprocess.CompletedProcess[str], message: str) -> None:
    assert ran.returncode == 2, ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    assert message in ran.stderr
    assert not ran.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("lst", "did you mean list?"),
        ("run", "no --plugin"),
        ("run --plugin gbt --dataset rd --evnts 5", "--events"),
        ("run --plugin no-such --dataset rd", "no plugin 'no-such'"),
        ("run --plugin gbt --dataset rdd", "did you mean rd?"),
        ("run --plugin gbt --dataset rd --set depth", "wanted option=value"),
        ("run --plugin gbt --dataset rd --set max_dept=3", "did you mean max_depth?"),
        ("run --plugin gbt --dataset rd --set max_depth=deep", "is not an int"),
        ("run --plugin gbt --dataset rd --set radius=9", "wanted more than 0 and at most 3"),
        ("run --plugin gbt --dataset rd --ratio 1/1", "no class ratio '1/1'"),
        ("run --plugin gbt --dataset rd --edition official", "bench data get rd"),
        ("list modls", "did you mean models?"),
        ("report", "no runs to report"),
        ("report nothing", "no run called 'nothing'"),
        ("data make blackbox2 --signal 10", "blackbox2 has no signal"),
        ("data check nowhere.h5", "nowhere.h5"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: str, message: str
) -> None:
    refused(bench(*arguments.split(), home=tmp_path), message)
    assert not (tmp_path / "runs").exists()


def test_a_broken_plugin_is_named_and_the_rest_listed(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[bench]\nbroken = nowhere_to_be_found\n")
    ran = subprocess.run(
        [*BENCH, "list"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert "encoder numbers" in ran.stdout
    assert "not there: broken: cannot be imported: ModuleNotFoundError" in ran.stderr


def test_options_of_a_part_are_listed_with_their_help(tmp_path: Path) -> None:
    ran = bench("list", "max_sic", home=tmp_path)
    assert "floor=25  Background events that have to pass" in ran.stdout


def test_without_a_command_there_is_help(tmp_path: Path) -> None:
    ran = bench(home=tmp_path)
    assert "Usage: bench" in ran.stdout + ran.stderr
    assert bench("--version", home=tmp_path).stdout.startswith("bench, version")
