"""Many commands at once: one computation, and nothing lost whoever is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.storage.cache import stored

HERE = Path(__file__).parent
REQUESTS, COMMANDS, KILLS = 16, 8, 100


def test_sixteen_requests_at_once_give_one_computation(tmp_path: Path) -> None:
    made: list[Path] = []
    notices: list[str] = []
    gate = threading.Barrier(REQUESTS)
    results: list[tuple[Path, bool]] = []

    def compute(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.05)
        (folder / "file").write_text("content")

    def ask() -> None:
        gate.wait(10)
        results.append(stored(tmp_path, "key", compute, notices.append))

    threads = [threading.Thread(target=ask) for _ in range(REQUESTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 1
    assert sorted(reused for _, reused in results) == [False] + [True] * (REQUESTS - 1)
    assert {folder for folder, _ in results} == {tmp_path / "key"}


def together(folder: Path, commands: int, kills: int, requests: int) -> dict[str, int]:
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    what = [str(folder / "work"), *map(str, (commands, kills, requests))]
    done = subprocess.run(
        [sys.executable, "-c", "import together; together.main()", *what],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    print(counts, done.stderr[-500:])  # noqa: T201
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flock", "claims"])
def test_sixteen_processes_with_one_request_make_one_fit_and_one_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("BENCH_LOCKS", kind)
    counts = together(tmp_path, REQUESTS, 0, 1)
    assert counts["ended"] == REQUESTS
    assert (counts["fits"], counts["runs"]) == (1, 1)
    assert counts["failed"] == counts["damaged"] == counts["other"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flock", "claims"])
def test_eight_commands_with_a_hundred_kills_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("BENCH_LOCKS", kind)
    counts = together(tmp_path, COMMANDS, KILLS, COMMANDS // 2)
    assert counts["kills"] >= KILLS
    assert counts["ended"] == COMMANDS
    assert counts["runs"] == COMMANDS // 2
    assert counts["failed"] == counts["damaged"] == counts["other"] == 0
