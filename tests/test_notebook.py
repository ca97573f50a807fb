"""The page for notebooks: its cells, one after the other, on a small twin."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from documented import HOUSE, blocks

PAGE = HOUSE / "docs" / "howto" / "notebook.md"


def cells() -> list[str]:
    return [block.content for block in blocks(PAGE) if block.language == "python"]


def test_a_figure_of_ones_own_model_beside_another_takes_ten_lines() -> None:
    first = [line for line in cells()[0].splitlines() if line.strip()]
    assert len(first) <= 10
    assert "roc" in first[-1]


def test_the_cells_of_the_page_work_as_written(
    twins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(twins))
    monkeypatch.setenv("BENCH_JOBS", "1")
    names: dict[str, Any] = {}
    for number, cell in enumerate(cells(), 1):
        exec(compile(ast.parse(cell), f"{PAGE.name}, cell {number}", "exec"), names)
    assert (tmp_path / "roc.pdf").read_bytes().startswith(b"%PDF")
    assert "my-classifier" in (tmp_path / "t.tex").read_text()
    assert "my-classifier" in (tmp_path / "report" / "report.md").read_text()
    assert "| gbt " in names["c"]._repr_markdown_()
    assert names["again"].runs[0].name == names["mine"].runs[0].name
    assert len(names["gbt"]) == 3
    assert len(names["few"].train) == 100
    assert {"GeV", "1"} <= set(names["ev"].train.attrs["units"].values())
    assert list(names["older"].frame()["model"]) == list(names["c"].frame()["model"])


SCRIPT = """
import bench

print("begun")
print(len(bench.open("runs").events("rd").features))
print(__file__, __spec__)
"""


def test_a_script_without_a_guard_is_run_once(twins: Path, tmp_path: Path) -> None:
    """Features are made in child processes, which would begin with the script."""
    (tmp_path / "home" / "data").mkdir(parents=True)
    shutil.copy(twins / "data" / "rd.twin.h5", tmp_path / "home" / "data")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "BENCH_HOME": str(tmp_path / "home"), "BENCH_JOBS": "2"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    begun, features, own = ran.stdout.splitlines()
    assert (begun, own) == ("begun", f"{script} None")
    assert int(features) > 10
