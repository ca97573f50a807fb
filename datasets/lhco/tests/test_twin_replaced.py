"""A twin is proved by its sha256 at every moment, also where replacing it is killed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events
from bench_lhco.labels import Twin
from bench_lhco.twin.make import make_twin
from test_files_writer import some_events

import bench

TWIN = Twin({"background": 2, "signal": 1}, signal_fraction=0.01)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(*_: object, seed: int, **__: object) -> Iterator[Events]:
        yield some_events(3, seed)

    monkeypatch.setattr("bench_lhco.twin.make.simulate", simulate)


def make(context: bench.Context, seed: int) -> bytes:
    """Make the twin, or make it anew; gives its bytes."""
    path = context.data / "rd.twin.h5"
    request = bench.SimulationRequest(seed=seed, force=True)
    make_twin("rd", TWIN, request, path, context)
    return path.read_bytes()


def killed(context: bench.Context, seed: int, name: str) -> bytes:
    """The bytes of the twin after making it was killed where it calls this."""
    if not (child := os.fork()):
        with mock.patch(name, side_effect=lambda *_, **__: os._exit(9)):
            try:
                make(context, seed)
            finally:
                os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    return (context.data / "rd.twin.h5").read_bytes()


def demand_proved(context: bench.Context) -> None:
    """Demand that the twin is opened, and that no byte of it can change unnoticed."""
    path = context.data / "rd.twin.h5"
    whole = path.read_bytes()
    (damaged := bytearray(whole))[len(whole) // 2] ^= 4
    path.write_bytes(damaged)
    with pytest.raises(bench.InputError, match="bench data make rd --force"):
        ResearchAndDevelopment().open(None, None, context)
    path.write_bytes(whole)
    assert ResearchAndDevelopment().open(None, None, context).digest == bench.file_digest(path)


RECORDING = "bench_lhco.twin.make.record_sha256"


def test_a_twin_is_proved_where_it_was_killed_before_its_hash_was_recorded(
    context: bench.Context,
) -> None:
    killed(context, 0, RECORDING)
    demand_proved(context)


def test_a_twin_is_proved_wherever_replacing_it_is_killed(context: bench.Context) -> None:
    earlier = make(context, 0)
    assert killed(context, 1, "bench.storage.files.atomic_replace") == earlier
    demand_proved(context)
    later = killed(context, 1, RECORDING)
    assert later != earlier
    demand_proved(context)
    # what was announced then is what another one replaces
    assert killed(context, 2, "bench_lhco.twin.make.write") == later
    demand_proved(context)
    make(context, 2)
    demand_proved(context)
    assert not list(context.data.glob(".*.next"))


def test_a_twin_stays_where_its_successor_cannot_be_put_in_its_place(
    context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = make(context, 0)

    def refused(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OSError, match="Input/output error"):
        make(context, 1)
    monkeypatch.undo()
    assert (context.data / "rd.twin.h5").read_bytes() == earlier
    demand_proved(context)


@pytest.mark.parametrize("name", [".rd.twin.h5.sha256.next", "rd.twin.h5.sha256"])
def test_a_twin_is_made_anew_whatever_stands_in_a_file_beside_it(
    context: bench.Context, name: str
) -> None:
    make(context, 1)
    (context.data / name).write_bytes(b"cut off")
    make(context, 2)
    demand_proved(context)


def test_an_announcement_that_cannot_be_removed_costs_nothing(
    context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path.name.endswith(".next"):
            raise OSError(errno.EBUSY, "Device or resource busy", str(path))
        whole(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    make(context, 1)
    demand_proved(context)
    make(context, 2)
    demand_proved(context)
