"""`bench clean`: what is kept, by kind; what goes, and what is left alone."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from outside_scores import in_use
from toys import Workplace

from bench.cli.main import main
from bench.running.pipeline import run
from bench.storage.holdings import Holding, holdings, with_runs
from bench.storage.home import Home
from bench.storage.removal import InUseError, remove
from bench.storage.request import RunRequest
from bench.storage.store import Store

REQUEST = RunRequest(plugin="cut", dataset="toy")
MONTH = 40 * 86400
LOST = "ab" * 32


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A good run and a failed one."""
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    tools = (place.registry, place.home, place.store, place.context)
    run(REQUEST, *tools)
    with pytest.raises(Exception, match="on purpose"):
        run(replace(REQUEST, options={"breaks": "1"}, allow=("B033",)), *tools)
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """The same in a home of its own, with one of everything, all of it used a month ago."""
    home = Home(tmp_path / "home")
    shutil.copytree(made.home.root, home.root, ignore=shutil.ignore_patterns("smoke-fits"))
    shutil.copytree(made.home.smoke_fits, home.smoke_fits)
    place = in_use(replace(made, home=home), tmp_path, monkeypatch)
    for path in (
        *(home.data / "toy.twin.h5", home.root / "bases" / "base.gguf"),
        *(home.fits / LOST / "model", home.fits / f"{LOST}.checkpoints" / "state"),
        *(home.fits / f".{LOST}.77" / "part", home.root / "rehearsals" / LOST / "x"),
        *(home.scratch / "smoke fit-x" / "part", home.scratch / "frozen-states" / LOST / "s.npy"),
        place.store.root / "20250101T000000Z-abababababab" / "scores.parquet",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0123456789")
    (home.fits / f"{LOST}.lock").touch()
    age(tmp_path)
    return place


def age(folder: Path) -> None:
    then = time.time() - MONTH
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            os.utime(path, (then, then))


def there(place: Workplace) -> dict[str, list[Holding]]:
    kinds: dict[str, list[Holding]] = {}
    for one in with_runs(holdings(place.home, place.store), place.store):
        kinds.setdefault(one.kind, []).append(one)
    return kinds


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_everything_is_of_a_kind_and_has_a_size(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(place.home.root.rglob("*"))
    assert typed("clean", monkeypatch) == 0
    shown = {
        cells[0].strip(): [cell.strip() for cell in cells]
        for line in capfd.readouterr().out.splitlines()
        if len(cells := line.strip("|").split("|")) > 2
    }
    numbers = {kind: cells[2] for kind, cells in shown.items() if cells[2].isdigit()}
    smoke_fits = numbers.pop("smoke-fits")
    assert int(smoke_fits) >= 2
    assert numbers == {
        **{"twins": "1", "data": "1", "tables": "1", "fits": "2", "interrupted": "3"},
        **{"states": "1", "scratch": "1", "failed": "1", "unsealed": "1", "runs": "1"},
        "other": "1",
    }
    assert shown["fits"][4] == "10 B"
    assert shown["states"][3] == "10 B"
    assert shown["twins"][5] == "40 d"
    assert sorted(place.home.root.rglob("*")) == before


def test_what_is_asked_for_goes_and_nothing_else(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = there(place)
    assert typed("clean fits --unused --dry-run", monkeypatch) == 0
    assert f"would go: fits {LOST}, 10 B, used 40 d ago, of no run" in capfd.readouterr().out
    assert there(place) == before
    assert typed("clean fits --unused", monkeypatch) == 0
    assert "10 B are free again, 1 of 1" in capfd.readouterr().out
    after = there(place)
    assert [one.path.name for one in before["fits"] if one not in after["fits"]] == [LOST]
    assert {k: v for k, v in after.items() if k != "fits"} == {
        k: v for k, v in before.items() if k != "fits"
    }
    assert typed("clean fits --older-than 41d", monkeypatch) == 0
    assert len(there(place)["fits"]) == 1
    assert typed("clean fits states --older-than 5w", monkeypatch) == 0
    assert not {"fits", "states"} & there(place).keys()


def test_unused_alone_lets_fits_results_and_what_may_be_wanted_be(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = there(place)
    assert typed("clean --unused", monkeypatch) == 0
    after = there(place)
    gone = {kind for kind in before if len(before[kind]) > len(after.get(kind, []))}
    assert gone == {"interrupted", "smoke-fits", "scratch", "unsealed"}
    assert {one.path.suffix for one in after["interrupted"]} == {".checkpoints"}


def test_what_a_process_has_locked_is_left_alone(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with FileLock(place.home.fits / f"{LOST}.lock"):
        assert typed("clean fits interrupted", monkeypatch) == 0
    left = capfd.readouterr().err
    assert left.count("a process has it locked") == 3  # the fit, its checkpoints and its draft
    left_there = {one.path.name for kind in ("fits", "interrupted") for one in there(place)[kind]}
    assert left_there == {LOST, f"{LOST}.checkpoints", f".{LOST}.77"}


@pytest.mark.parametrize(("kind", "seconds"), [("fits", 590), ("scratch", 80000), ("twins", 80000)])
def test_what_was_used_of_late_may_be_in_use(place: Workplace, kind: str, seconds: int) -> None:
    one = there(place)[kind][0]
    with pytest.raises(InUseError, match="so that it may be in use"):
        remove(replace(one, used=time.time() - seconds))
    assert one.path.exists()
    remove(replace(one, used=time.time() - 2 * seconds))
    assert not one.path.exists()


def test_a_run_in_work_is_told_from_one_that_was_killed(place: Workplace) -> None:
    lock = place.store.root / ".locks" / ("ab" * 16 + ".lock")
    lock.parent.mkdir(exist_ok=True)
    with FileLock(lock):
        (one,) = there(place)["unsealed"]
        with pytest.raises(InUseError, match="locked"):
            remove(one)
    (one,) = there(place)["unsealed"]
    remove(replace(one, used=time.time()))  # its lock says that nobody is at it
    assert not one.path.exists()


def test_folders_that_are_nobodys_runs_are_let_be(place: Workplace) -> None:
    for name in ("holiday pictures", "20250101T000000Z", ".locks-of-mine"):
        (place.store.root / name).mkdir()
    age(place.store.root)
    assert {one.path.name for one in there(place)["unsealed"]} == {"20250101T000000Z-abababababab"}


def test_a_fit_that_is_reused_is_not_old(place: Workplace, tmp_path: Path) -> None:
    tools = (place.registry, place.home, Store(tmp_path / "others"), place.context)
    run(REQUEST, *tools)
    ages = {one.path.name: one.days() for one in there(place)["fits"]}
    assert ages[LOST] > 39
    assert min(ages.values()) < 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("clean runs", "these are results: remove a folder by hand"),
        ("clean other", "a plugin's own"),
        ("clean data", "nothing here makes it again"),
        ("clean fit", "did you mean fits"),
        ("clean --older-than 30d", "of which kinds?"),
        ("clean fits --older-than month", "wanted an age such as 30d, 12h or 8w"),
    ],
)
def test_what_is_no_request_is_refused(
    place: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    line: str,
    message: str,
) -> None:
    assert typed(line, monkeypatch) == 2
    assert message in capfd.readouterr().err
