"""One damaged bit anywhere in a store or a home stops one thing, and changes no figure silently."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import Workplace
from typed import typed

from bench.api.errors import DamagedError
from bench.running.pipeline import run
from bench.storage.history import HISTORY
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store
from bench.storage.stored_run import METRICS, SCORES

REQUEST = RunRequest(plugin="cut", dataset="toy")
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"
FLIPS = 200
REPORTS = 8
"""A report is written after one flip in so many."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A place with runs of two seeds and an import, and its own smoke fit."""
    folder = tmp_path_factory.mktemp("flips")
    place = Workplace.at(folder)
    place.home.smoke_fits.unlink()  # which others share
    for seed in range(2):
        do(place, replace(REQUEST, seed=seed))
    (folder / "points.csv").write_text(POINTS)
    assert not typed(place, "import", str(folder / "points.csv")).code
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    """The same, in a folder of its own."""
    shutil.copytree(made.home.root.parent, tmp_path / "made")
    home = replace(made.home, root=tmp_path / "made" / "home")
    return replace(made, home=home, store=Store(tmp_path / "made" / "runs"), notices=[])


def do(place: Workplace, request: RunRequest = REQUEST) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def files(place: Workplace) -> list[Path]:
    """All that is sealed: the runs, and the home but for what was simulated."""
    every = [*place.store.root.rglob("*"), *place.home.root.rglob("*")]
    own = [f for f in every if f.is_file() and not f.is_relative_to(place.home.data)]
    return sorted(file for file in own if file.stat().st_size)


def flip(file: Path, rng: random.Random) -> None:
    """Flip one bit of a file."""
    content = bytearray(file.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    file.write_bytes(content)


def damaged(place: Workplace, made: Workplace) -> Iterator[str]:
    """What the store says it cannot give; whatever it gives is what it was."""
    originals = {one.name: one for one in made.store.runs()}
    runs = {one.name: one for one in Store(place.store.root).runs()}
    for name, original in originals.items():
        if name not in runs:
            yield name
            continue
        one = runs[name]
        assert one.record == original.record
        if original.record.status != "ok":
            continue
        try:
            assert one.metrics() == original.metrics()
            assert np.array_equal(one.scored().score, original.scored().score)
            assert np.array_equal(one.events(), original.events())
            assert one.history() == original.history()
        except DamagedError:
            yield name


def commands(place: Workplace, file: Path, report: Path | None) -> None:
    """Type what reads runs: no traceback, and a damaged file is named."""
    said = ""
    first = min(path.name for path in place.store.root.iterdir() if path.name[0] != ".")
    lines = [("list", "runs"), ("show", first), ("doctor", first), ("compare", "cut", "cut")]
    lines += [("clean",), ("export", "eee", str(place.home.root.parent / "eee"))]
    for words in lines + ([("report", "-o", str(report))] if report else []):
        ended = typed(place, *words)
        assert ended.code in (0, 2, 3), ended.err
        said += ended.out + ended.err
    if file.name == RECORD:
        assert str(file) in said
    if report and file.name in (METRICS, SCORES):
        page = (report / "report.md").read_text() if report.is_dir() else ""
        assert str(file) in said + page.replace("\\", "")


def again(place: Workplace, made: Workplace, file: Path) -> None:
    """The same run in another store comes from the home, and has the very same figures."""
    elsewhere = place.home.root.parent / "other"
    shutil.rmtree(elsewhere, ignore_errors=True)
    good = [one for one in made.store.runs() if one.record.model and one.record.status == "ok"]
    original = next((one for one in good if str(one.record.fit) in file.parts), good[0])
    request = replace(REQUEST, seed=original.record.seed)
    anew = do(replace(place, store=Store(elsewhere)), request)
    assert anew.record.id == original.record.id
    assert anew.metrics() == original.metrics()
    assert np.array_equal(anew.scored().score, original.scored().score)


def look(place: Workplace, made: Workplace, file: Path, rng: random.Random, *, page: bool) -> None:
    """Flip a bit of a file, look at everything, and put the file back."""
    content = file.read_bytes()
    flip(file, rng)
    if file.is_relative_to(place.home.root):
        again(place, made, file)
        assert any("it is made anew" in line for line in place.notices), file
        place.notices.clear()
        shutil.rmtree(place.home.root)
        shutil.copytree(made.home.root, place.home.root)
    else:
        name = file.relative_to(place.store.root).parts[0]
        one = next((run for run in made.store.runs() if run.name == name), None)
        sealed = file.name == RECORD or (one and one.record.status == "ok")
        read = file.name in (RECORD, METRICS, SCORES, HISTORY)
        assert list(damaged(place, made)) == ([name] if sealed and read else [])
        commands(place, file, place.home.root.parent / "report" if page else None)
        assert do(place).metrics()  # a later run goes on
        shutil.rmtree(place.store.root)
        shutil.copytree(made.store.root, place.store.root)
    assert file.read_bytes() == content


KINDS = [
    *("runs/*/run.json", "runs/*/history.jsonl", "runs/*/metrics.json", "runs/*/scores.parquet"),
    *("home/fits/*/manifest.json", "home/fits/*/model/cut.json", "home/tables/*/x.npy"),
    "home/smoke-fits/*/verdicts.json",
]


@pytest.mark.parametrize("name", KINDS)
def test_a_flipped_bit_stops_one_thing(place: Workplace, made: Workplace, name: str) -> None:
    file = sorted(place.home.root.parent.glob(name))[0]
    look(place, made, file, random.Random(name), page=False)


@pytest.mark.slow
def test_two_hundred_flips_give_no_traceback_and_no_other_figure(
    place: Workplace, made: Workplace
) -> None:
    rng, kinds = random.Random(19), Counter[str]()
    for number in range(FLIPS):
        kind = rng.choice(sorted({file.name for file in files(place)}))  # each kind as often
        file = rng.choice([file for file in files(place) if file.name == kind])
        kinds[file.suffix] += 1
        look(place, made, file, rng, page=number % REPORTS == 0)
    print(dict(kinds))  # noqa: T201
    assert kinds.total() == FLIPS
