"""Simulation and ingest shared out over processes that see the same folders and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from bench_lhco import ingest as ingest_module
from bench_lhco.chunks import Content, job_of, plain_of
from bench_lhco.events import Events
from bench_lhco.ingest import ingest, planned
from bench_lhco.labels import Twin
from bench_lhco.twin import simulate as module
from bench_lhco.twin.make import make_twin
from click.testing import CliRunner
from ingests import CHUNK, EVENTS, recipe
from sprays import spoil, spray_file

import bench
from bench.cli.data import command
from bench.cli.run import command as run_command

TWIN = Twin({"background": 25, "signal": 10}, signal_fraction=0.1)


@dataclass
class InThisProcess:
    """A `spread` that does the work here, last item first, and may be interrupted."""

    most: int = 1000
    """Items after which it is."""
    done: list[str] = field(default_factory=list)

    def __call__(self, work: Callable[[str], object], texts: Sequence[str]) -> Iterator[str]:
        for text in reversed(texts):
            if len(self.done) >= self.most:
                raise KeyboardInterrupt
            work(text)
            self.done.append(text)
            yield text


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 20)
    monkeypatch.setattr(ingest_module, "CHUNK", CHUNK)
    monkeypatch.setattr("bench_lhco.ingest.limit_process", lambda: None)  # which is for good


def make(folder: Path, spread: object = None) -> bytes:
    """The bytes of a twin."""
    context = bench.Context(folder / "data", folder / "scratch", folder, spread=spread)
    make_twin("rd", TWIN, bench.SimulationRequest(), folder / "data" / "twin.h5", context)
    return (folder / "data" / "twin.h5").read_bytes()


def test_a_twin_is_the_same_whoever_makes_its_chunks_and_none_is_made_twice(
    small: None, tmp_path: Path
) -> None:
    first = InThisProcess(most=1)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "shared", first)
    assert not list((tmp_path / "shared" / "data").glob("*.h5"))
    second = InThisProcess()
    made = make(tmp_path / "shared", second)
    assert made == make(tmp_path / "alone")
    assert (len(first.done), len(second.done)) == (1, 2)
    assert not set(first.done) & set(second.done)
    assert not list((tmp_path / "shared" / "scratch").rglob("*.npz"))


def test_events_stay_what_they_are_while_another_one_simulates_in_the_same_folder(
    small: None, tmp_path: Path, context: bench.Context
) -> None:
    def simulated(**events: int) -> Iterator[Events]:
        return module.simulate(
            "rd", events, seed=1, jobs=1, scratch=tmp_path, progress=context.progress
        )

    before = [part.padded for part in simulated(background=20, signal=10)]
    taken_over = simulated(background=20, signal=10)
    simulated(signal=10)
    after = [part.padded for part in taken_over]
    assert np.array_equal(np.concatenate(before), np.concatenate(after))
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".npz"]


@pytest.mark.parametrize("variation", ["nominal", "recoil"])
def test_a_chunk_that_somebody_made_meanwhile_is_let_alone(
    small: None, tmp_path: Path, variation: str
) -> None:
    chunk = replace(module._plan("rd", "signal", 5, 1)[0], variation=variation)
    folder = tmp_path / module._key(module.recipe("rd", 1, variation))
    folder.mkdir()
    module._make_there(module._text(chunk, folder))
    before = chunk.file(folder).stat().st_mtime_ns
    module._make_there(module._text(chunk, folder))
    assert chunk.file(folder).stat().st_mtime_ns == before


def test_other_code_makes_nothing(small: None, tmp_path: Path) -> None:
    text = module._text(module._plan("rd", "signal", 5, 1)[0], tmp_path)
    with pytest.raises(bench.BenchError, match="has another version of bench-lhco or of a library"):
        module._make_there(text)
    assert not list(tmp_path.iterdir())


def ingested(file: Path, folder: Path, context: bench.Context, **more: object) -> Content:
    """The features of a file by chunks in a folder of the name that an ingest gives it."""
    made = recipe(file, **more)
    return ingest(planned(made, EVENTS, None, folder / made.key), context)


def same(a: Content, b: Content) -> bool:
    return all(getattr(a, n).tobytes() == getattr(b, n).tobytes() for n in ("x", "labels", "ids"))


def test_features_are_the_same_whoever_makes_them_and_no_chunk_is_made_twice(
    small: None, tmp_path: Path, context: bench.Context
) -> None:
    file, first, second = tmp_path / "toy.h5", InThisProcess(most=1), InThisProcess()
    spray_file(file, EVENTS)
    with pytest.raises(KeyboardInterrupt):
        ingested(file, tmp_path / "shared", replace(context, spread=first))
    made = ingested(file, tmp_path / "shared", replace(context, spread=second))
    assert same(made, ingested(file, tmp_path / "alone", context))
    assert (len(first.done), len(second.done)) == (1, 2)


@pytest.mark.parametrize("labels", [None, 1, [0, 1, 1, 0]])
def test_a_chunk_is_the_same_after_a_journey_as_text(tmp_path: Path, labels: object) -> None:
    file = tmp_path / "toy.h5"
    spray_file(file, 4)
    given = np.array(labels, dtype=np.int8) if isinstance(labels, list) else labels
    (job,) = planned(recipe(file, allowed=(0, 1, 2), constituents=True), 4, given, tmp_path)
    came = job_of(json.loads(json.dumps(plain_of(job))))
    assert replace(came, labels=None) == replace(job, labels=None)
    assert came.recipe.key == job.recipe.key
    assert np.array_equal(came.labels, job.labels)
    assert isinstance(came.labels, type(job.labels))


def test_other_code_makes_no_features(small: None, tmp_path: Path, context: bench.Context) -> None:
    file = tmp_path / "toy.h5"
    spray_file(file, EVENTS)
    jobs = planned(recipe(file), EVENTS, None, tmp_path / "otherwise")
    with pytest.raises(bench.BenchError, match="has another version of bench-lhco or of a library"):
        ingest(jobs, replace(context, spread=InThisProcess()))


def run(home: Path, *words: str) -> str:
    """What a command of `bench data` prints on a home."""
    came = CliRunner().invoke(command, list(words), env={"BENCH_HOME": str(home)})
    assert came.exit_code == 0, (came.output, came.exception)
    return came.output


def arrays(home: Path) -> dict[str, bytes]:
    """The features that a home has."""
    return {file.name: file.read_bytes() for file in home.glob("tables/*/*.npy")}


def test_a_simulation_on_workers_has_the_same_bytes(tmp_path: Path) -> None:
    size, alone, shared = ("--background", "20", "--signal", "10"), tmp_path / "a", tmp_path / "b"
    run(alone, "make", "rd", *size, "--jobs", "1")
    said = run(shared, "make", "rd", *size, "--on", "local:2")
    twin = Path("data/rd.twin.h5")
    assert (shared / twin).read_bytes() == (alone / twin).read_bytes()
    assert "30 events, made its features" in said
    assert len(list(shared.glob("tables/*/x.npy"))) == 1
    assert not list(shared.glob("scratch/**/*.npz"))


@pytest.mark.slow
def test_an_import_on_workers_has_the_same_bytes_and_features(tmp_path: Path) -> None:
    file = tmp_path / "toy.h5"
    spray_file(file, 12_000)  # of three chunks
    alone, shared = tmp_path / "a", tmp_path / "b"
    run(alone, "import", str(file), "--name", "mine")
    run(shared, "import", str(file), "--name", "mine", "--on", "local:2")
    events = Path("data/imported/mine/events.h5")
    assert (shared / events).read_bytes() == (alone / events).read_bytes()
    few = ("--train-events", "100", "--events", "100", "--quick")
    reference = ["--plugin", "always-background", "--dataset", "mine", *few]
    CliRunner().invoke(run_command, reference, env={"BENCH_HOME": str(alone)})
    assert arrays(shared) == arrays(alone) != {}
    assert not list(shared.glob("scratch/**/*.npz"))


def test_an_invalid_event_is_refused_as_on_one_machine(tmp_path: Path) -> None:
    file = tmp_path / "toy.h5"
    spray_file(file, 30)
    spoil(file, [12])
    came = CliRunner().invoke(
        command,
        ["import", str(file), "--name", "mine", "--on", "local:1"],
        env={"BENCH_HOME": str(tmp_path / "home")},
    )
    assert isinstance(came.exception, bench.InputError)
    assert "event 12" in str(came.exception)
    assert not list((tmp_path / "home").glob("data/imported/mine"))


def test_jobs_and_on_are_two_ways() -> None:
    came = CliRunner().invoke(command, ["make", "rd", "--jobs", "2", "--on", "local:2"])
    assert str(came.exception) == "--jobs and --on: one at a time"
