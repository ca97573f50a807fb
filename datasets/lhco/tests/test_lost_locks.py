"""Who stood still and was taken over leaves alone what the other one has made meanwhile."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.files.partial import Partial
from bench_lhco.labels import Twin
from bench_lhco.twin.make import make_twin
from foreign import features
from importing import imported_dataset, left
from test_files_writer import some_events

import bench

CLAIMS = ".claims"
OTHERS = b"what the other one made"


@pytest.fixture(autouse=True)
def by_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_LOCKS", "claims:1")


def test_a_download_gets_no_byte_more(tmp_path: Path) -> None:
    with bench.locked(tmp_path / "x.lock"), Partial(tmp_path / "x") as part:
        part.append(b"mine")
        shutil.rmtree(tmp_path / CLAIMS)
        time.sleep(0.6)  # more than half of the time after which it is taken over
        with pytest.raises(bench.LockLostError, match="another one has taken over"):
            part.append(b"too late")
        assert part.path.read_bytes() == b"mine"


def test_a_twin_stays_the_others(context: bench.Context, monkeypatch: pytest.MonkeyPatch) -> None:
    path = context.data / "rd.twin.h5"

    def simulate(*_: object, **__: object) -> Iterator[Events]:
        yield some_events(3)
        shutil.rmtree(path.parent / CLAIMS)
        path.write_bytes(OTHERS)

    monkeypatch.setattr("bench_lhco.twin.make.simulate", simulate)
    twin = Twin({"background": 2, "signal": 1}, signal_fraction=0.01)
    with pytest.raises(bench.LockLostError):
        make_twin("rd", twin, bench.SimulationRequest(), path, context)
    assert path.read_bytes() == OTHERS
    assert [file.name for file in path.parent.iterdir() if ".lock" not in file.name] == [path.name]


@pytest.mark.usefixtures("here")
def test_an_imported_dataset_stays_the_others(
    tmp_path: Path, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.csv"
    np.savetxt(file, features(), delimiter=",", header=",".join("abcdefghijklmn"), comments="")
    imported_dataset(context, file=file, label=0)
    card = context.data / "imported" / "mine" / "card.toml"
    assert left(context) == [CLAIMS, "mine"]

    def stolen(*_: object) -> None:
        shutil.rmtree(context.data / "imported" / CLAIMS)
        card.write_bytes(OTHERS)

    monkeypatch.setattr("bench_lhco.imported.import_file._demand_free", stolen)
    with pytest.raises(bench.LockLostError):
        imported_dataset(context, file=file, label=1, force=True)
    assert card.read_bytes() == OTHERS
    assert left(context) == ["mine"]
