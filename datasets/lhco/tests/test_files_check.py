"""Checking a whole event file: what is said of it, and the sha256 recorded beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.files import check, demand_recorded, write

from bench import Context, InputError

OFFICIAL = Path(__file__).parents[3] / "../shared/data/lhco_rd_sample.h5"
official = pytest.mark.skipif(not OFFICIAL.is_file(), reason=f"no {OFFICIAL.name} on this machine")


def some_events(n: int = 10, seed: int = 0) -> Events:
    rng = np.random.default_rng(seed)
    particles = np.zeros((n, 700, 3), dtype=np.float32)
    for event in particles:
        count = rng.integers(1, 300)
        event[:count, 0] = rng.exponential(20, count) + 0.1
        event[:count, 1] = rng.uniform(-5, 5, count)
        event[:count, 2] = rng.uniform(-np.pi, np.pi, count)
    return Events(particles, (np.arange(n) % 3 == 1).astype(np.int8))


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)


def test_check_says_what_is_in_the_file(tmp_path: Path, context: Context) -> None:
    events = some_events(10)
    events.padded[6] = events.padded[2]
    counts = np.count_nonzero(events.padded[:, :, 0], axis=1)
    path = tmp_path / "e.h5"
    write(path, events, {"edition": "twin", "seed": 3})
    lines = dict(line.split(": ", 1) for line in check(path, context))
    assert lines["layout"] == "fixed, 2101 columns of float64, blosc"
    assert lines["events"] == "10, none invalid"
    assert lines["labels"] == "3 signal, 7 background (label column)"
    assert lines["particles an event"] == (
        f"{counts.min()} to {counts.max()}, median {np.median(counts):g}"
    )
    assert lines["duplicates"].startswith("1 of 10 events")
    assert lines["edition"] == "twin (seed 3)"
    assert len(lines["sha256"].split(",")[0]) == 64


def test_check_compares_the_recorded_sha256(tmp_path: Path, context: Context) -> None:
    path = tmp_path / "e.h5"
    write(path, some_events(3))
    digest = check(path, context)[-1].split()[1].rstrip(",")
    beside = tmp_path / "e.h5.sha256"
    beside.write_text(f"{digest}  e.h5\n")
    assert check(path, context)[-1].endswith("as recorded beside it")
    beside.write_text(f"{'0' * 64}  e.h5\n")
    with pytest.raises(
        InputError, match=f"sha256 is {digest[:16]}..., wanted 0{{16}}... as recorded"
    ):
        check(path, context)
    beside.write_text("hello")
    with pytest.raises(InputError, match="no sha256 in it"):
        check(path, context)
    write(path, some_events(4))
    assert check(path, context)[-1].endswith("none recorded beside it")


@official
def test_check_of_the_official_sample(context: Context) -> None:
    lines = check(OFFICIAL, context)
    assert lines[1] == "events: 400, none invalid"
    assert lines[2].startswith("labels: 35 signal, 365 background")
    assert lines[5].startswith("duplicates: 0 of 400")
    assert lines[6].startswith("edition: not said")


def test_a_file_is_not_what_was_published(tmp_path: Path) -> None:
    path = tmp_path / "e.h5"
    assert demand_recorded(path, "a" * 64, published="a" * 64) is None
    with pytest.raises(InputError, match=r"its sha256 is a{16}\.\.\., wanted b{16}\.\.\. as pub"):
        demand_recorded(path, "a" * 64, published="b" * 64)
    path.with_name("e.h5.sha256").write_text(f"{'a' * 64}b  e.h5\n")
    with pytest.raises(InputError, match="no sha256 in it"):
        demand_recorded(path, "a" * 64)
