"""`--skip-bad-events`: one invalid event in a thousand may be left out, and is counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sprays import spoil, spray_file

EVENTS = 1200


def run(folder: Path, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    options = ("--plugin", "linear", "--dataset", "rd", "--file", str(file), "--ratio", "natural")
    return subprocess.run(
        [sys.executable, "-m", "bench", "run", *options, *words],
        cwd=folder,
        env={**os.environ, "BENCH_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Events to score; and a twin of rd, so that there is something to fit on."""
    (tmp_path / "home" / "data").mkdir(parents=True)
    twin = tmp_path / "home" / "data" / "rd.twin.h5"
    spray_file(twin, 600, seed=1)
    path = tmp_path / "events.h5"
    spray_file(path, EVENTS)
    return path


def test_an_invalid_event_is_left_out_and_counted_in_the_record(tmp_path: Path, file: Path) -> None:
    spoil(file, [17])
    refused = run(tmp_path, file)
    assert refused.returncode == 2
    assert "event 17 has a value that is NaN or infinite" in refused.stderr
    assert not list(tmp_path.glob("runs/*"))
    done = run(tmp_path, file, "--skip-bad-events")
    assert done.returncode == 0, done.stderr
    assert "1 invalid events of its file left out" in done.stdout
    (record,) = tmp_path.glob("runs/*/run.json")
    sample = json.loads(record.read_text())["sample"]
    assert sample["skipped"] == 1
    assert sample["signal"] + sample["background"] < EVENTS


def test_more_than_one_in_a_thousand_is_refused(tmp_path: Path, file: Path) -> None:
    spoil(file, [17, 600])
    done = run(tmp_path, file, "--skip-bad-events")
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("bench:")]
    assert "2 or more of 1200 events are invalid, wanted at most 0.1%" in line
