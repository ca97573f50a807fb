"""Studies on a real scheduler, with workers that are killed, and as lines of other programs."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from killing import cluster, under_kills
from spreading import Spread, masked

from bench.storage.cache import MANIFEST
from bench.storage.record import RunRecord
from bench.storage.store import Store

pytestmark = pytest.mark.slow

RUNS, KILLS, SCHEDULERS = 60, 100, 2


def places(folder: Path, runs: int, seconds: float = 0.0) -> tuple[Spread, Spread]:
    """The same study at two places which share nothing."""
    return Spread.at(folder / "a", runs, seconds), Spread.at(folder / "b", runs, seconds)


def page(place: Spread, runs: str = "runs") -> str:
    return masked((place.folder / f"report-{runs}" / "report.md").read_text())


def demand_once(place: Spread, record: RunRecord) -> None:
    """No fit of a run was made by two at once, or begun when it was stored.

    One that is killed may have come to its end, as long as it was not stored.
    """
    fits = place.fits(record.seed)
    begun = [number for number, (_, what, _) in enumerate(fits) if what == "begun"]
    for number in begun:
        earlier = {pid for pid, *_ in fits[:number]} - {fits[number][0]}
        late = [one for one in fits[number:] if one[1] == "ended" and one[0] in earlier]
        assert not late, (record.seed, fits)
    kept = place.folder / "home" / "fits" / str(record.fit) / MANIFEST
    assert fits[begun[-1]][2] < kept.stat().st_mtime, (record.seed, fits)


def test_a_study_on_two_workers_is_the_study_one_after_the_other(tmp_path: Path) -> None:
    spread, alone = places(tmp_path, 4)
    with cluster(spread, 2) as made:
        ran = spread.study("--on", str(made.file))
        assert ran.returncode == 0, ran.stderr
    assert alone.study().returncode == 0
    assert page(spread) == page(alone)
    assert sorted(spread.lines("ended")) == ["0", "1", "2", "3"]


def test_a_hundred_kills_lose_nothing_and_nothing_is_done_twice(tmp_path: Path) -> None:
    spread, alone = places(tmp_path, RUNS, 2.0)
    came = under_kills(spread, 4, KILLS, SCHEDULERS, 2.0)
    assert came.codes[-1] == 0
    assert (came.workers, came.schedulers) == (KILLS, SCHEDULERS)
    records = [run.record for run in Store(spread.folder / "runs").runs()]
    assert [record.status for record in records] == ["ok"] * RUNS
    assert len({record.id for record in records}) == RUNS
    for record in records:
        demand_once(spread, record)
    assert alone.study().returncode == 0
    assert page(spread) == page(alone)


@pytest.mark.parametrize(
    "line",
    [
        "xargs -d '\\n' -P 2 -n 1 sh -c < commands.txt",
        "parallel --jobs 2 --joblog jobs.log < commands.txt",
    ],
)
def test_the_lines_are_done_by_other_programs(tmp_path: Path, line: str) -> None:
    if not shutil.which(program := line.split(maxsplit=1)[0]):
        pytest.skip(f"{program} is not installed")
    spread, alone = places(tmp_path, 3)
    (spread.folder / "commands.txt").write_text(spread.study("--commands").stdout)
    env = spread.environment
    subprocess.run(["sh", "-c", line], cwd=spread.folder, env=env, check=True, capture_output=True)
    assert spread.study("--collect").returncode == 0
    assert alone.study().returncode == 0
    assert page(spread) == page(alone)


def test_two_studies_at_once_on_one_home_share_fits_and_records(tmp_path: Path) -> None:
    place = Spread.at(tmp_path, 3, 1.0)
    others = ("runs", "runs", "elsewhere")
    studies = [place.begin("--on", "local:2", runs=runs) for runs in others]
    assert [(s.communicate()[1], s.returncode)[1] for s in studies] == [0, 0, 0]
    assert sorted(place.lines("ended")) == ["0", "1", "2"]
    for runs in ("runs", "elsewhere"):
        records = [run.record.id for run in Store(place.folder / runs).runs()]
        assert Counter(records).most_common(1)[0][1] == 1
        assert len(records) == 3


def test_an_interrupted_study_goes_on_by_the_same_command(tmp_path: Path) -> None:
    place = Spread.at(tmp_path, 4, 3.0)
    begun = place.begin("--on", "local:2")
    while not list(place.records()):
        time.sleep(0.1)
        assert begun.poll() is None
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate()
    assert begun.returncode == 130, said
    assert "interrupted; the same command goes on from what is done" in said
    records = [run.record for run in Store(place.folder / "runs").runs()]
    early = [str(record.seed) for record in records if record.status == "ok"]
    assert 0 < len(early) < 4
    again = place.study("--on", "local:2")
    assert again.returncode == 0, again.stderr
    assert Counter(place.records())["ok"] == 4
    fits = Counter(line.split()[0] for line in place.lines("begun"))
    assert [fits[seed] for seed in early] == [1] * len(early)
