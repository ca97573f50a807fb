"""TensorBoard's event files: what stands in them, and what is refused while they are written."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import Any

import pytest
from tensorboardX import record_writer
from tensorboardX.proto.event_pb2 import Event

from bench.storage.history import HISTORY, History, write_events


def refuse_from(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have every write into an event file be refused from this one on."""
    whole, written = record_writer.RecordWriter.write, 0

    def write(self: Any, data: bytes) -> None:
        nonlocal written
        written += 1
        if written >= number:
            raise OSError(errno.EIO, "Input/output error")
        whole(self, data)

    monkeypatch.setattr(record_writer.RecordWriter, "write", write)


def events_in(folder: Path) -> list[tuple[int, str, float]]:
    """What an event file has: the step, the name and the value of each scalar."""
    (file,) = folder.iterdir()
    data, scalars = file.read_bytes(), []
    while data:
        length = int.from_bytes(data[:8], "little")
        event = Event.FromString(data[12 : 12 + length])
        scalars += [(event.step, v.tag, v.simple_value) for v in event.summary.value]
        data = data[16 + length :]
    return scalars


def logged(folder: Path, steps: int) -> History:
    history = History(folder)
    for step in range(steps):
        history.log(step, {"loss": step / 4, "rate": 0.5})
    return history


def test_an_event_file_has_every_scalar_of_every_step(tmp_path: Path) -> None:
    history = logged(tmp_path, 30)
    expected = [(n, name, v) for n in range(30) for name, v in (("loss", n / 4), ("rate", 0.5))]
    assert events_in(history.events) == expected  # of a fit under way too
    history.write(tmp_path / "written.jsonl")
    write_events(tmp_path / "written.jsonl", tmp_path / "again")
    assert events_in(tmp_path / "again") == expected


@pytest.mark.parametrize("number", [2, 7])
def test_a_refused_write_costs_a_fit_under_way_no_more_than_being_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    refuse_from(monkeypatch, number)
    with caplog.at_level(logging.WARNING):
        logged(tmp_path, 60)
    assert len((tmp_path / HISTORY).read_bytes().splitlines()) == 60
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("TensorBoard cannot watch this fit: ")
    assert line.endswith(": Input/output error")


@pytest.mark.parametrize("number", [2, 7])
def test_a_refused_write_of_a_run_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    logged(tmp_path, 5)
    refuse_from(monkeypatch, number)
    with pytest.raises(OSError, match="Input/output error") as refused:
        write_events(tmp_path / HISTORY, tmp_path / "events")
    assert refused.value.filename == str(tmp_path / "events")
