"""Exports of particles: what the core asks of a dataset for them, and scores in their order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from outside_scores import newest
from toys import Toy, Workplace

import bench
from bench.api.errors import InputError, RequestError
from bench.cli.data.group import command
from bench.cli.outside import command as bring


class WithParticles(Toy):
    """A toy that writes the ids of its events into one file a role, the last one first."""

    name = "particled"
    particle_layouts = ("backwards",)

    def export_particles(
        self, request: bench.ExportRequest, context: bench.Context
    ) -> Sequence[bench.ExportedFile]:
        files = []
        for role, sample in request.samples.items():
            ids = sample.events.ids[::-1]
            assert (self.table(sample.source, context).ids[sample.index[::-1]] == ids).all()
            np.save(request.folder / f"{role}.npy", ids[: request.most])
            files.append(bench.ExportedFile(role, f"{role}.npy", ids))
        return files


class Failing(WithParticles):
    """One that does not come to an end."""

    name = "failing"

    def export_particles(
        self, request: bench.ExportRequest, context: bench.Context
    ) -> Sequence[bench.ExportedFile]:
        (request.folder / "half").touch()
        raise InputError("the file is damaged")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(WithParticles, Failing)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    monkeypatch.setenv("BENCH_RUNS", str(place.store.root))
    return place


def export(*words: str) -> Result:
    arguments = ["export", *words]
    return CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)


def rows_of(folder: Path, role: str = "evaluated") -> pd.DataFrame:
    events = pd.read_parquet(folder / "events.parquet")
    return events[events["sample"] == role]


def imported(file: Path, *words: str) -> Result:
    call = [str(file), "--model", "theirs", "--dataset", "particled", *words]
    return CliRunner().invoke(bring, call, catch_exceptions=False, standalone_mode=False)


def test_what_is_exported_is_the_samples_of_a_run_and_says_which_event_is_where(
    place: Workplace, tmp_path: Path
) -> None:
    ran = export("particled", "--layout", "backwards", "-o", str(tmp_path / "out"))
    assert "evaluated.npy; events.parquet says which event is in which row" in ran.output
    export("particled", "-o", str(tmp_path / "table.parquet"))
    table = pd.read_parquet(tmp_path / "table.parquet")
    events = pd.read_parquet(tmp_path / "out" / "events.parquet")
    both = events.merge(table, on=["sample", "event", "index", "label", "weight", "dataset"])
    assert len(both) == len(table) == len(events)
    for name, part in events.groupby("file"):
        assert part["event"].tolist() == np.load(tmp_path / "out" / str(name)).tolist()
        assert part["row"].tolist() == list(range(len(part)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("toy", "--layout", "backwards"), "dataset 'toy' has no particles to export"),
        (("particled", "--layout", "backward"), "did you mean backwards"),
        (("particled", "--particles", "3"), "--particles: wanted with --layout"),
        (("particled", "--layout", "backwards", "--train", "toy"), "'toy' has no particles"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_any_work(
    place: Workplace, tmp_path: Path, words: Sequence[str], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        export(*words, "-o", str(tmp_path / "out"))
    assert not place.home.tables.exists()
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(place: Workplace, tmp_path: Path) -> None:
    words = ("particled", "--layout", "backwards", "-o")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(RequestError, match="not empty, wanted a new or an empty folder"):
        export(*words, str(tmp_path / "full"))
    with pytest.raises(RequestError, match="a file, wanted a new or an empty folder"):
        export(*words, str(tmp_path / "full" / "mine"))
    with pytest.raises(RequestError, match="there is no folder"):
        export(*words, str(tmp_path / "nowhere" / "out"))
    (tmp_path / "empty").mkdir()
    export(*words, str(tmp_path / "empty"))
    assert len(rows_of(tmp_path / "empty"))


def test_nothing_is_left_of_an_export_that_fails(place: Workplace, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="damaged"):
        export("failing", "--layout", "backwards", "-o", str(tmp_path / "out"))
    assert set(tmp_path.iterdir()) - set(before) <= {place.home.root}


def test_scores_in_the_order_of_an_export_are_of_its_events(
    place: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export("particled", "--layout", "backwards", "-o", str(folder))
    events, valid = rows_of(folder), rows_of(folder, "valid")
    rng = np.random.default_rng(1)
    scores = np.clip(events["label"] * 0.4 + rng.uniform(0, 0.6, len(events)), 0, 1).to_numpy()
    np.save(tmp_path / "scores.npy", scores)
    np.savez(tmp_path / "valid.npz", score=rng.uniform(size=len(valid)), label=valid["label"])
    ran = imported(
        *(tmp_path / "scores.npy", "--exported", str(folder), "--trained-on", str(folder)),
        *("--valid", str(tmp_path / "valid.npz")),
    )
    assert "its train sample and valid scores are known" in ran.output
    brought = newest(place)
    by_event = dict(zip(brought.events().tolist(), brought.scored().score.tolist(), strict=True))
    assert by_event == dict(zip(events["event"].tolist(), scores.tolist(), strict=True))
    export("particled", "--layout", "backwards", "-o", str(tmp_path / "few"), "--events", "100")
    with pytest.raises(InputError, match=r"scores, .*few has 100 evaluated events in its order"):
        imported(tmp_path / "scores.npy", "--exported", str(tmp_path / "few"))


def test_scores_whose_labels_are_in_another_order_are_refused(
    place: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export("particled", "--layout", "backwards", "-o", str(folder), "--events", "100")
    events = rows_of(folder)
    np.savez(tmp_path / "s.npz", score=np.full(100, 0.5), label=np.sort(events["label"]))
    with pytest.raises(InputError, match="were the events shuffled"):
        imported(tmp_path / "s.npz", "--exported", str(folder))
    np.savez(tmp_path / "own.npz", score=np.full(100, 0.5), event=events["event"])
    with pytest.raises(RequestError, match="names the events of its scores, wanted no --exported"):
        imported(tmp_path / "own.npz", "--exported", str(folder))
    np.save(tmp_path / "bare.npy", np.full(100, 0.5))
    with pytest.raises(InputError, match="say by --exported which"):
        imported(tmp_path / "bare.npy")
    with pytest.raises(InputError, match=r"no events.parquet in it"):
        imported(tmp_path / "bare.npy", "--exported", str(tmp_path))
